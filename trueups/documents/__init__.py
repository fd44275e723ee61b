"""True-ups as files: a workbook whose sums are formulas, and a statement on paper."""
