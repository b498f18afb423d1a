"""The tables, one file a noun."""

from ivr.models.absence import Absence
from ivr.models.account import Account, RecoveryCode
from ivr.models.api_token import ApiAnswer, ApiToken
from ivr.models.attachment import Attachment
from ivr.models.audit import Act, AuditLine
from ivr.models.base import Base
from ivr.models.call import Call, Direction, Outcome, Place
from ivr.models.caller import Caller
from ivr.models.canary import Canary, CanaryState
from ivr.models.canned_reply import CannedReply
from ivr.models.check import Check, CheckState
from ivr.models.clock import Clock, ClockKind
from ivr.models.contact import Contact
from ivr.models.correction import Correction
from ivr.models.customer import Customer
from ivr.models.entry import Entry
from ivr.models.erasure import Erasing, Erasure, ErasureState
from ivr.models.fact import Fact, Figure, Reckoning
from ivr.models.feed import Feed
from ivr.models.feedback import Channel, Feedback
from ivr.models.heartbeat import Heartbeat
from ivr.models.hold import Hold
from ivr.models.leg import Leg, LegState
from ivr.models.link import Link
from ivr.models.mail import Mail, MailOutcome
from ivr.models.message import Message, MessageState
from ivr.models.organization import Organization
from ivr.models.override import Override
from ivr.models.page import Page, PageState
from ivr.models.passage import Passage, Source
from ivr.models.pause import Pause, Why
from ivr.models.phone import Phone, PhoneCheck
from ivr.models.policy import Policy
from ivr.models.recording import Recording, RecordingState
from ivr.models.retention import Retention
from ivr.models.rota import Layer, Rota, Unit
from ivr.models.saved_view import SavedView
from ivr.models.setting_version import SettingVersion
from ivr.models.sign_in import (
    SignedIn,
    SignIn,
    SignInAttempt,
    SignInLink,
    StaffLink,
    StaffSignIn,
)
from ivr.models.team import AssignmentRule, Membership, Team
from ivr.models.technician import HandOver, Role, Technician
from ivr.models.ticket import Status, Ticket
from ivr.models.transcription import Transcription, TranscriptionState
from ivr.models.turn import TakenTurn
from ivr.models.watcher import Watcher
from ivr.models.webhook import Delivery, DeliveryState, Webhook, WebhookForm
from ivr.models.wrong_pin import WrongPin

__all__ = [
    "Absence",
    "Account",
    "Act",
    "ApiAnswer",
    "ApiToken",
    "AssignmentRule",
    "Attachment",
    "AuditLine",
    "Base",
    "Call",
    "Caller",
    "Canary",
    "CanaryState",
    "CannedReply",
    "Channel",
    "Check",
    "CheckState",
    "Clock",
    "ClockKind",
    "Contact",
    "Correction",
    "Customer",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Entry",
    "Erasing",
    "Erasure",
    "ErasureState",
    "Fact",
    "Feed",
    "Feedback",
    "Figure",
    "HandOver",
    "Heartbeat",
    "Hold",
    "Layer",
    "Leg",
    "LegState",
    "Link",
    "Mail",
    "MailOutcome",
    "Membership",
    "Message",
    "MessageState",
    "Organization",
    "Outcome",
    "Override",
    "Page",
    "PageState",
    "Passage",
    "Pause",
    "Phone",
    "PhoneCheck",
    "Place",
    "Policy",
    "Reckoning",
    "Recording",
    "RecordingState",
    "RecoveryCode",
    "Retention",
    "Role",
    "Rota",
    "SavedView",
    "SettingVersion",
    "SignIn",
    "SignInAttempt",
    "SignInLink",
    "SignedIn",
    "Source",
    "StaffLink",
    "StaffSignIn",
    "Status",
    "TakenTurn",
    "Team",
    "Technician",
    "Ticket",
    "Transcription",
    "TranscriptionState",
    "Unit",
    "Watcher",
    "Webhook",
    "WebhookForm",
    "Why",
    "WrongPin",
]
