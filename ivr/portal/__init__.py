"""The portal: where customers open tickets, see what becomes of them and answer."""
