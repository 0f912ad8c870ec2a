"""Where requests arrive: the door lets them in, and the desk for such visitors answers."""

from __future__ import annotations

from fastapi import Request

from index.collection import Collection
from index.model import Audience
from service.desk import Desk
from service.door import Door, Visitor
from service.jobs import Jobs
from service.keys import Keys
from service.ledger import Ledger
from service.office import Office
from service.pages import Guest
from service.settings import Settings
from service.throttle import Throttle


class Reception:
    """One desk for each audience, over one collection."""

    def __init__(self, collection: Collection, settings: Settings) -> None:
        ledger = Ledger(settings.home)
        throttle = Throttle(settings.home, settings.rate_per_minute, settings.rate_burst)
        self.door = Door(Keys(ledger), throttle, settings.base_url)
        self._desks = {audience: Desk(collection, audience, settings) for audience in Audience}
        staff = self._desks[Audience.STAFF]
        self.office = Office(staff, Jobs(ledger), collection.library.shelf)

    def enter(self, request: Request, cost: float = 1.0) -> tuple[Visitor, Desk]:
        """Who asks, and their desk. Raises what the door raises."""
        visitor = self.door.enter(request, cost)
        return visitor, self._desks[visitor.audience]

    def guest(self, request: Request) -> Guest:
        """The same for pages."""
        return Guest(*self.enter(request))
