"""The right answers, reckoned in plain Python from the clean company: one module a family of KPIs."""
