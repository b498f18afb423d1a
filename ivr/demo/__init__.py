"""A busy month of a support line that never was, for looking at every page as it looks in use.

Generated and seeded: the same seed and the same end give the same month. What happens to a ticket,
on a call and to a page is decided by the very rules of the product (callflows,
services/tickets/targets, services/settings/business_time, services/paging/escalation,
services/paging/freezing); only the rows are put in at once.
"""
