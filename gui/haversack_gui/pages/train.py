from haversack_gui.pages.page import Page


class TrainPage(Page):
    name = "train"
    title = "Train"
