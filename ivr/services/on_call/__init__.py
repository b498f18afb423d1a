"""Who is on call: rotas, shifts, overrides, absences, calendars."""
