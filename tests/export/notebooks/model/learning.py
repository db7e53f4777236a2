"""A model that is trained by small steps."""


class LinearModel:
    def __init__(self, rate):
        self.rate, self.slope, self.intercept = rate, 0.0, 0.0

    def predict(self, x):
        return self.slope * x + self.intercept

    def step(self, rows):
        for x, y in rows:
            wrong = self.predict(x) - y
            self.slope -= self.rate * wrong * x
            self.intercept -= self.rate * wrong
