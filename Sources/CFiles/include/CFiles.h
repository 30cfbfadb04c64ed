// CFiles
