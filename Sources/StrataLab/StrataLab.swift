// StrataLab
