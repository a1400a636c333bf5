"""Figures of several rows that are measured in turn, round after round, so that a slow minute
slows all of them. The first row is what the others are divided by. Each figure is printed twice:
for programs, a line of key=value as soon as it is there; for people, a table of the medians at the
end, with ratios of the same round."""
import statistics


class Rows:
    def __init__(self, program, columns, **common):
        """columns: name: what it is, in words. common: what the key=value lines repeat."""
        self.columns, self.rounds = columns, {}
        self.common = {"bench": program} | common

    def add(self, row, number, figures):
        self.rounds.setdefault(row, {})[number] = figures
        self.line({"row": row, "round": number} | figures)

    def line(self, figures):
        words = (self.common | figures).items()
        print(" ".join(f"{key}={shown(value)}" for key, value in words), flush=True)

    def medians(self, row):
        figures = self.rounds[row].values()
        return {name: statistics.median(f[name] for f in figures) for name in self.columns}

    def ratios(self, row):
        """To the first row, round by round; the median of these."""
        base = self.rounds[next(iter(self.rounds))]
        return {name: statistics.median(figures[name] / base[number][name]
                                        for number, figures in self.rounds[row].items())
                for name in self.columns
                if all(figures[name] and figures[name] > 0 for figures in base.values())}

    def table(self):
        first, *others = self.rounds
        for row in others:
            for name, value in self.ratios(row).items():
                self.line({"row": row, "ratio": name, "to": first, "value": round(value, 4)})
        width = max(map(len, [*self.columns.values(), "median of rounds"])) + 2
        print("\n" + "median of rounds".ljust(width) + "".join(f"{row:>20}" for row in self.rounds))
        for name, words in self.columns.items():
            cells = "".join(f"{self.cell(row, name):>20}" for row in self.rounds)
            print(words.ljust(width) + cells)

    def cell(self, row, name):
        text = shown(self.medians(row)[name])
        ratio = self.ratios(row).get(name)
        if ratio is None or row == next(iter(self.rounds)):
            return text
        return f"{text} ({ratio:.3g} x)"


def shown(value):
    """Four digits are more than a measurement is worth."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"
