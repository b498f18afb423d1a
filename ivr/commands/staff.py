"""`ivr staff …`: who is on the staff, and links that let somebody set a password.

Whoever has this machine can always make an admin, so nobody is locked out of their own line.
"""

import argparse

from ivr.commands.words import BY, Add, refuse


def enter(add: Add) -> None:
    one = add("staff", staff, "who is on the staff, and signs in to its pages")
    what = one.add_subparsers(required=True, metavar="add|link|list", dest="what")
    new = what.add_parser("add", help="somebody new: prints a link to set a password")
    new.add_argument("--name", required=True)
    new.add_argument("--email", required=True)
    new.add_argument("--phone", help="with + and the country code")
    roles = ["technician", "senior", "manager", "admin"]
    new.add_argument("--role", choices=roles, help="default: admin for the first, then technician")
    again = what.add_parser("link", help="print a new link to set a password")
    again.add_argument("email", metavar="EMAIL")
    what.add_parser("list", help="who is on the staff, and who signs in")


def staff(args: argparse.Namespace) -> int:
    return {"add": add_person, "link": link, "list": listed}[args.what](args)


def add_person(args: argparse.Namespace) -> int:
    """The first one is an admin, unless told otherwise."""
    from ivr import clock
    from ivr.database import reading, transaction
    from ivr.models import Role
    from ivr.services import audit
    from ivr.services.audit import Kind
    from ivr.services.calls import phone_book
    from ivr.services.paging import phones
    from ivr.services.refusal import RefusedError
    from ivr.services.staff import accounts
    from ivr.services.staff import staff as people

    try:
        with transaction() as db:
            first = not accounts.anybody(db)
            role = args.role or (Role.ADMIN if first else Role.TECHNICIAN)
            person = people.add(db, name=args.name, email=args.email, role=role)
            if args.phone:
                phones.add(db, person, args.phone)
            token = accounts.new_link(db, clock.now(), person)
            about = people.about(person)
            audit.changed(db, clock.now(), BY, about, Kind.PERSON_ADDED, role=role)
    except RefusedError as error:
        return refuse(error)
    with reading() as db:
        phone_book.keep(db)
    print(f"{person.name} is on the staff, as {role}.")
    return _told(token)


def link(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services import audit
    from ivr.services.audit import Kind
    from ivr.services.staff import accounts

    with transaction() as db:
        person = accounts.known(db, args.email)
        token = accounts.new_link(db, clock.now(), person) if person else ""
        if person:
            audit.changed(db, clock.now(), BY, f"person-{person.id}", Kind.LINK_GIVEN)
    return _told(token) if token else refuse(f"nobody on the staff has the e-mail {args.email}")


def listed(_args: argparse.Namespace) -> int:
    from ivr.database import reading
    from ivr.services.staff import accounts
    from ivr.services.staff import staff as people

    with reading() as db:
        for person in people.everybody(db):
            way = "signs in" if accounts.has_password(db, person.id) else "no password"
            left = "" if person.active else ", has left"
            print(f"{person.name} <{person.email}>: {person.role}, {way}{left}")
    return 0


def _told(token: str) -> int:
    from ivr.services import links

    print("Open this once, within a day, to set a password:")
    print(links.set_password(token))
    return 0
