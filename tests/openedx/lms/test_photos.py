"""Pictures of learners on a roll: those they uploaded, as far as the site shows them to all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import TestCase, override_settings

pytest.importorskip("lms.djangoapps.courseware", reason="there is no Open edX here")

from common.djangoapps.student.tests.factories import UserFactory
from openedx.core.djangoapps.user_api.accounts.image_helpers import set_has_profile_image

from blended_xblock.hosts.openedx import OpenEdxHost

COURSE = "course-v1:Any+COURSE+2026"


class PhotosTest(TestCase):
    """A grown-up with a picture, a child with one, and somebody without."""

    def setUp(self) -> None:
        super().setUp()
        year = datetime.now(UTC).year
        self.ana, self.kid, self.ben = (
            UserFactory.create(profile__year_of_birth=year - age) for age in (40, 9, 40)
        )
        for user in (self.ana, self.kid):
            set_has_profile_image(user.username, True, datetime.now(UTC) - timedelta(days=1))
        self.everybody = [self.ana.pk, self.kid.pk, self.ben.pk]

    @override_settings(PARENTAL_CONSENT_AGE_LIMIT=13)
    def test_only_what_was_uploaded_and_never_a_childs(self) -> None:
        with self.assertNumQueries(1):
            photos = OpenEdxHost().photos(COURSE, self.everybody)
        assert photos.keys() == {self.ana.pk}
        assert f"_{settings.PROFILE_IMAGE_SIZES_MAP['medium']}." in photos[self.ana.pk]

    def test_nobodys_where_the_site_does_not_show_them_to_all(self) -> None:
        shown = settings.ACCOUNT_VISIBILITY_CONFIGURATION
        hidden = shown | {"public_fields": ["username"]}
        with override_settings(ACCOUNT_VISIBILITY_CONFIGURATION=hidden):
            assert OpenEdxHost().photos(COURSE, self.everybody) == {}
