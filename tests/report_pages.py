"""Pages of small runs, and what is read out of a page."""

import re
from functools import cache
from html.parser import HTMLParser

from analysis import drawing, folder, plans, report
from analysis.view.grid import grid, page_data
from tests.analysis_samples import small_study

PAPERS = {"versions": {"leeway-sim": "0.0"}, "command": "leeway", "started": "", "ended": ""}


class Page(HTMLParser):
    """The tags of a page, its texts and its ids."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids, self.links, self.texts = [], [], [], []
        self.attributes = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href", "action", "data", "srcset"):
                self.links.append(value)
            self.links += re.findall(r"url\(([^)]*)\)", value or "")

    def handle_data(self, data):
        self.texts.append(data)


def page_of(study, data=None):
    drawn = [drawing.draw(plan, png=False) for plan in plans.planned(study)]
    return report.render(study, folder.run_record(study, **PAPERS), drawn, data)


@cache
def small_data():
    """What the interactive half of the small study's page takes."""
    return page_data(small_study(), grid(small_study()))


@cache
def small_page():
    """The page of the small study without its interactive half."""
    return page_of(small_study())
