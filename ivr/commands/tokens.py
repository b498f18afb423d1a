"""`ivr token …`: tokens of the API, for anybody on the staff."""

import argparse

from ivr.commands.words import BY, Add, refuse


def enter(add: Add) -> None:
    one = add("token", token, "make, list and revoke the tokens of the API")
    what = one.add_subparsers(required=True, metavar="add|list|revoke", dest="what")
    new = what.add_parser("add", help="print a new token")
    new.add_argument("email", metavar="EMAIL", help="whose it is: it may what they may")
    new.add_argument("--name", required=True, help="what it is for")
    new.add_argument("--scope", action="append", required=True, help="tickets:read; repeat it")
    new.add_argument("--days", type=int, default=90, help="good for so many days (90)")
    what.add_parser("list", help="those that there are")
    end = what.add_parser("revoke", help="let it open nothing any more")
    end.add_argument("id", type=int, metavar="ID")


def token(args: argparse.Namespace) -> int:
    return {"add": make, "list": listed, "revoke": revoke}[args.what](args)


def make(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.services.staff import people, tokens

    refused = {
        "name": "say what it is for with --name",
        "scopes": f"the scopes are {', '.join(tokens.Scope)}",
        "days": f"it is good for 1 to {tokens.LONGEST} days",
    }
    try:
        with transaction() as db:
            owner = people.by_mail(db, args.email)
            if owner is None:
                return refuse(f"nobody on the staff has the e-mail {args.email}")
            made = tokens.make(db, clock.now(), owner, args.name, args.scope, args.days, BY)
    except tokens.TokenRefusedError as error:
        return refuse(refused[str(error)])
    print(made[1])
    return 0


def listed(_args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import reading
    from ivr.services.staff import tokens

    now = clock.now()
    with reading() as db:
        for one in tokens.of(db, None):
            until = "revoked" if one.revoked_at else f"expires {one.expires_at:%Y-%m-%d}"
            told = "expired" if one.expires_at <= now and not one.revoked_at else until
            print(
                f"{one.id}: {one.name}, of {one.technician.email}: {' '.join(one.scopes)}, {told}"
            )
    return 0


def revoke(args: argparse.Namespace) -> int:
    from ivr import clock
    from ivr.database import transaction
    from ivr.models import ApiToken
    from ivr.services.staff import tokens

    with transaction() as db:
        found = db.get(ApiToken, args.id)
        if found is None:
            return refuse(f"there is no token {args.id}")
        tokens.revoke(db, clock.now(), found, BY)
    print(f"{args.id} opens nothing any more.")
    return 0
