from haversack_gui.pages.page import Page


class FrontPage(Page):
    name = "front"
    title = "Front"
