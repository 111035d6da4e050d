"""Addresses of the campus.

The workbench's own are not included: its pages and handlers trust whoever the address names. What
is kept of it are the files of blocks.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.i18n import JavaScriptCatalog
from workbench.views import package_resource

from blended_xblock.workbench import files, handlers, mail, pages, report, studio, who

# Keys have ":", "+" and "@" in them, but never a slash.
_KEY = r"(?P<usage_key>[^/]+)"
_HANDLER = rf"{_KEY}/(?P<handler_slug>[^/]+)(?:/(?P<suffix>.*))?$"

urlpatterns = [
    path("", who.home, name="campus_home"),
    path("who/", who.switch, name="campus_switch"),
    path("course/", pages.outline, name="campus_course"),
    re_path(rf"^course/{_KEY}/$", pages.block, name="campus_block"),
    path("report/", report.today, name="campus_report"),
    path("mail/", mail.mine, name="campus_mail"),
    path("studio/", studio.index, name="campus_studio_index"),
    path("studio/add/", studio.add, name="campus_studio_add"),
    re_path(rf"^studio/handler/{_HANDLER}", handlers.studio_handler, name="studio_handler"),
    re_path(rf"^studio/{_KEY}/$", studio.block, name="campus_studio"),
    re_path(rf"^studio/{_KEY}/publish/$", studio.publish, name="campus_publish"),
    re_path(rf"^handler/{_HANDLER}", handlers.handler, name="handler"),
    re_path(
        r"^resource/(?P<block_type>[^/]+)/(?P<resource>.*)$",
        package_resource,
        name="package_resource",
    ),
    path("blended/", include("blended_xblock.web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
    path("admin/", admin.site.urls),
    # One machine, one process: Django serves the files itself, whatever starts it.
    re_path(r"^static/(?P<path>.*)$", files.static_file),
]

handler400 = "blended_xblock.workbench.errors.bad_request"
handler403 = "blended_xblock.workbench.errors.permission_denied"
handler404 = "blended_xblock.workbench.errors.page_not_found"
handler500 = "blended_xblock.workbench.errors.server_error"
