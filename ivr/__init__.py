"""The service: doors (phone, console, cli, tasks) on services on models."""
