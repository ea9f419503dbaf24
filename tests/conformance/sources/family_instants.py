"""Instants and durations: zones, day edges, daylight saving, exact microseconds."""

from kit import Family
from reference import local

family = Family(
    "instants",
    "PostgreSQL AT TIME ZONE (its own zone database) and interval arithmetic, Python zoneinfo",
    "slot",
)
F = family
HERE = "(r.at AT TIME ZONE zone_())"
ROWS = ("leap", "month_end", "reverse", "spring", "autumn", "century", "old", "far", "first")
ZONES = ("Asia/Shanghai", "America/New_York")
for row in ROWS:
    for zone in ZONES if row in ("leap", "month_end", "spring", "autumn", "reverse") else ("Asia/Shanghai",):
        extra = {} if zone == "Asia/Shanghai" else {"zone": zone}
        if not (row == "first" and zone != "Asia/Shanghai"):
            F("DATE(at)", "date", on=row, sql=f"{HERE}::date", **extra)
            F("HOUR(at)", "integer", on=row, sql=f"extract(hour from {HERE})", **extra)
for row in ("leap", "spring", "autumn", "month_end"):
    for zone in ("America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"):
        F("HOUR(till)", "integer", on=row, sql="extract(hour from r.till AT TIME ZONE zone_())", zone=zone)
        F("DATE(till)", "date", on=row, sql="(r.till AT TIME ZONE zone_())::date", zone=zone)
PARTS = {"YEAR": "year", "QUARTER": "quarter", "MONTH": "month", "DAY": "day", "WEEKDAY": "isodow"}
for function, part in PARTS.items():
    for row in ("leap", "month_end", "old"):
        F(f"{function}(at)", "integer", on=row, sql=f"extract({part} from {HERE})")
    F(f"{function}(till)", "integer", on="leap", sql=f"extract({part} from r.till AT TIME ZONE zone_())")
    F(
        f"{function}(at)",
        "integer",
        on="month_end",
        sql=f"extract({part} from {HERE})",
        zone="America/New_York",
    )
for unit in ("week", "month", "quarter", "year"):
    for row in ("leap", "month_end"):
        F(f'STARTOF(at, "{unit}")', "date", on=row, sql=f"date_trunc('{unit}', {HERE})::date")
    F(
        f'STARTOF(at, "{unit}")',
        "date",
        on="month_end",
        sql=f"date_trunc('{unit}', {HERE})::date",
        zone="America/New_York",
    )
F('ENDOF(at, "month")', "date", "2024-02-29", "leap", why="local date 2024-02-29")
F('ENDOF(till, "month")', "date", "2024-03-31", "leap", why="local date 2024-03-01")
F("TODAY()", "date", "2026-04-01", sql="today_()", why="16:30 UTC is the next day in Shanghai")
F("TODAY()", "date", "2026-03-31", sql="today_()", zone="America/New_York")
F("TODAY()", "date", "2026-03-31", sql="today_()", moment="2026-03-31T15:59:59.999999Z")
F("TODAY()", "date", "2026-04-01", sql="today_()", moment="2026-03-31T16:00:00Z")
F("TODAY()", "date", "2024-02-29", sql="today_()", moment="2024-02-29T04:59:59Z", zone="Asia/Shanghai")
F("TODAY()", "date", "2024-02-28", sql="today_()", moment="2024-02-29T04:59:59Z", zone="America/New_York")
F("NOW()", "instant", "2026-03-31T16:30:00Z", sql="now_()")
F("NOW()", "instant", "2026-03-31T16:30:00.123456Z", moment="2026-03-31T16:30:00.123456Z", sql="now_()")
F("NOW() == NOW()", "boolean", True, why="one moment per evaluation")
F("HOUR(NOW())", "integer", 0, sql="extract(hour from now_() at time zone zone_())")
F("DATE(NOW()) == TODAY()", "boolean", True)
F("till - at", "duration", on="leap", sql="r.till - r.at")
F("at - till", "duration", on="leap", sql="r.at - r.till")
F("till - at", "duration", on="century", sql="r.till - r.at")
F("NOW() - at", "duration", on="leap", sql="now_() - r.at")
F('NOW() - at > "48h"', "boolean", True, "leap", sql="now_() - r.at > interval '48 hours'")
F('NOW() - till >= "48h"', "boolean", False, "half", sql="now_() - r.till >= interval '48 hours'")
F('NOW() - till == "0h"', "boolean", True, "half", sql="now_() - r.till = interval '0'")
F("took + span", "duration", on="month_end", sql="r.took + r.span")
F("took - span", "duration", on="leap", sql="r.took - r.span")
F("took + span", "duration", on="reverse", sql="r.took + r.span")
F("at + took", "instant", on="spring", sql="r.at + interval '24 hours'")
F("at - took", "instant", on="leap", sql="r.at - interval '48 hours'")
F("till + took", "instant", "2026-03-31T16:30:00.000001Z", "half", sql="r.till + r.took")
F('at + "90m"', "instant", on="autumn", sql="r.at + interval '90 minutes'")
F('at - "P1DT12H"', "instant", on="leap", sql="r.at - interval '36 hours'")
F('took == "2d"', "boolean", True, "leap", sql="r.took = interval '48 hours'")
F("took > span", "boolean", False, "old", sql="r.took > r.span")
F('took < "PT15M1S"', "boolean", True, "month_end", sql="r.took < interval '15 minutes 1 second'")
F("at < till", "boolean", True, "leap", sql="r.at < r.till")
F("at < till", "boolean", True, "old", sql="r.at < r.till", why="around 1970")
F('at >= "2024-02-29T15:59:59.999999Z"', "boolean", True, "leap", sql="r.at >= '2024-02-29T15:59:59.999999Z'")
F('at > "2024-03-01T00:00:00+08:00"', "boolean", False, "leap", sql="r.at > '2024-03-01T00:00:00+08:00'")
F('till == "2024-03-01T00:00:00+08:00"', "boolean", True, "leap", sql="r.till = '2024-03-01T00:00:00+08:00'")
for unit, size in (("minute", "1 minute"), ("hour", "1 hour"), ("day", "24 hours"), ("week", "168 hours")):
    for row in ("leap", "spring", "autumn", "reverse"):
        F(
            f'DATEADD(at, n, "{unit}")',
            "instant",
            on=row,
            sql=f"r.at + r.n::int * interval '{size}'",
            zone="America/New_York",
        )
    seconds = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}[unit]
    for row in ("leap", "reverse", "autumn", "century", "old", "spring_festival"):
        F(
            f'DATEDIFF(at, till, "{unit}")',
            "integer",
            on=row,
            sql=f"trunc(extract(epoch from r.till - r.at)::numeric / {seconds})",
        )
F(
    'DATEADD(at, 1, "day")',
    "instant",
    "2025-03-10T06:59:59.5Z",
    "spring",
    zone="America/New_York",
    why="a day is 24 h, also over the change of clocks",
)
F(
    'HOUR(DATEADD(at, 1, "day"))',
    "integer",
    2,
    "spring",
    zone="America/New_York",
    why="06:59:59.5 UTC is 02:59:59.5 EDT on 10 March",
)
F('DATEADD(at, 1, "day")', "instant", None, "last", why="beyond the year 9999")
F('DATEADD(at, -1, "minute")', "instant", None, "first", why="before the year 1")
F('DATEADD(at, 99999999, "week")', "instant", None, "leap", why="beyond the year 9999")
F("YEAR(at)", "integer", 9999, "last", sql=f"extract(year from {HERE})")
F(
    'DATEDIFF(NOW(), at, "day")',
    "integer",
    -761,
    "leap",
    sql="trunc(extract(epoch from r.at - now_())::numeric / 86400)",
)
F(
    'DATEDIFF(at, NOW(), "week")',
    "integer",
    on="leap",
    sql="trunc(extract(epoch from now_() - r.at)::numeric / 604800)",
)
F('DATEADD(NOW(), -48, "hour") < at', "boolean", True, "reverse", sql="now_() - interval '48 hours' < r.at")
F(
    "DATE(created_at)",
    "date",
    on="account.huaxin",
    sql="(r.created_at at time zone zone_())::date",
    py=local("2024-02-29T15:59:59.999999Z").date(),
)
F(
    "DATE(created_at)",
    "date",
    on="account.bluesea",
    sql="(r.created_at at time zone zone_())::date",
    py=local("2024-02-29T16:00:00Z").date(),
)
F('sla > "1d"', "boolean", True, "account.huaxin", sql="r.sla > interval '24 hours'")
F("created_at + sla < NOW()", "boolean", True, "account.huaxin", sql="r.created_at + r.sla < now_()")
F("DATE(at)", "date", None, "nulls", sql=f"{HERE}::date")
F("HOUR(at)", "integer", None, "nulls", sql=f"extract(hour from {HERE})")
