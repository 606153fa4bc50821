"""
A city for the page 覆盖检查 that is solved by hand.

::

    north
    1000 ........................:........................
         :        西区           :         东区          :
         :                       :      +--------+       :
         :                       :      | 望潮广场 |      :
         :                       :      +--------+       :
       0 ====o=o=o=o=o===========:=x=x=o'=====o=o=o=o=o===  测试大道, 2 000 m, from the west
         0  50 ... 450         1000 1060..   1550 ... 1950

Sites (o) at 50, 150, 250, 350, 450 and 1 550 … 1 950 m. Not counted: a banner at 1 060 m, a faded flag at 1 160 m, a
flag (o') 45 m off the street at 1 260 m. By clause 11 each 500 m need five: the walk from 0 to 50 m passes, so does the
one from 1 450 m on, and all between fail. So the gap is 50–1 950 m, cut at the border at 1 000 m into 950 and 950 m;
starts are 0–1 500 m, 100 m of them pass. The square, 100 m wide, has its centre at (1 500, 500): two flags in the open,
one behind the pavilion between (1 510, 490) and (1 520, 510).
"""

import shapely

from data.city import City
from tests.cities import building, city, district, road, site, sites_along, venue

SCRIPT = "<img src=x onerror=alert(1)>`${alert(2)}`</script>"
GAP = (50.0, 1950.0)
FAILING = (50.0, 1450.0)
PASSING_SHARE = 100 / 1500


def small_city(*, street: str = "测试大道", square: str = "望潮广场", east: str = "东区") -> City:
    """The city of the drawing; the names can be anything."""
    return city(
        districts=[district("西区", -500, -500, 1000, 1000, unit="西区城管局"), district(east, 1000, -500, 2500, 1000)],
        roads=[road(street, (0, 0), (2000, 0))],
        buildings=[building(1510, 490, 1520, 510)],
        venues=[venue("Q1", "square", shapely.box(1450, 450, 1550, 550), name=square)],
        sites=[
            *sites_along(50, 150, 250, 350, 450, 1550, 1650, 1750, 1850, 1950, prefix="o"),
            site("banner", 1060, 5, carrier="横幅"),
            site("faded", 1160, 5, condition="褪色"),
            site("off", 1260, 45),
            site("open1", 1480, 500),
            site("open2", 1500, 530),
            site("hidden", 1540, 500),
        ],
    )
