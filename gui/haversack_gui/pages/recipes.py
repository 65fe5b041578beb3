from haversack_gui.pages.page import Page


class RecipesPage(Page):
    name = "recipes"
    title = "Recipes"
