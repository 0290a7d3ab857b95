"""The right answers, worked out in plain Python from the clean company: one module a family of KPIs."""
