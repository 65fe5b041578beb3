from haversack_gui.pages.page import Page


class PackPage(Page):
    name = "pack"
    title = "Pack"
