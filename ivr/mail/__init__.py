"""The doors by which mail comes in: an SMTP listener, a mailbox that is polled, a webhook."""
