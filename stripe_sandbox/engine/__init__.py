"""What Stripe does with money and time: prices, invoices, payments, subscriptions."""
