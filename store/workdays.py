"""Working days in China: weekends, public holidays and the working days that are moved for them."""

from datetime import date, timedelta

import chinese_calendar

from store.order_book import order_book


def is_working_day(day: date) -> bool:
    """
    Whether offices work.

    By the State Council's notice of the year where ``chinesecalendar`` knows it; else weekends and the statutory days
    of ``data/orders.yaml`` are off.
    """
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5 and day not in order_book().statutory.get(day.year, ())


def announced(year: int) -> bool:
    """
    Whether the days off of a year are known from the State Council's notice.

    Where they are not, limits of that year are reckoned by weekends and the statutory days; who shows them says so.
    """
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def limit_after(day: date, days: int, *, count: str) -> date:
    """
    The day on which a limit ends that starts on ``day``; never a day off.

    Parameters
    ----------
    day
        Not counted itself.
    days
        How many.
    count
        ``working``: days off are not counted; ``calendar``: they are.
    """
    if count == "calendar":
        day, days = day + timedelta(days=days), 0
    while days > 0 or not is_working_day(day):
        day += timedelta(days=1)
        days -= is_working_day(day) and days > 0
    return day
