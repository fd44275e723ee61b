"""What people file and forward: invoices, receipts, credit notes and quotes as PDF.

`layout` holds what a document says, `invoices` and `quotes` say it in the reader's language, and
`rendering` sets it on paper. Nothing is written here.
"""
