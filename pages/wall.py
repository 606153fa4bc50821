"""指挥大屏: the whole city at a glance, unattended."""

from views.wall.show import show_wall

show_wall()
