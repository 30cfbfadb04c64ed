// StrataViews
