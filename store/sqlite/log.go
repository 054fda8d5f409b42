package sqlite

import "os"

// logFile is the write-ahead log on its way to the disk. SQLite appends a commit to it and does not wait
// (synchronous=NORMAL); the store waits here, once for all commits that are in the log by then, while SQLite makes the
// next. Before SQLite copies the log into the file, and when it begins the log anew, it waits for the disk itself.
type logFile struct {
	path string
	file *os.File // opened when it is first waited for: SQLite makes it with the first commit
}

// sync returns when the disk has what the log holds. Only one caller may be in it at a time.
func (l *logFile) sync() (err error) {
	if l.file == nil {
		if l.file, err = os.OpenFile(l.path, os.O_RDWR, 0); err != nil {
			return err
		}
	}
	return datasync(l.file)
}

// close closes the file.
func (l *logFile) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
