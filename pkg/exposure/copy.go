package exposure

// CopyTo writes the ledger of a path, as it stands committed now, to a new file. The
// ledger may be recorded into meanwhile.
func CopyTo(path, to string) error {
	r, err := OpenForReading(path) // says what is wrong with it
	if err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	db, err := openDB(path, "mode=ro", "_pragma=busy_timeout(5000)")
	if err != nil {
		return explain(path, err)
	}
	defer db.Close()
	_, err = db.Exec("VACUUM INTO ?", to)
	return explain(path, err)
}
