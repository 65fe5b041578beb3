from haversack_gui.pages.page import Page


class OpenPage(Page):
    name = "open"
    title = "Open"
