package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// savePosition replaces the file of a position: whoever reads it, also after a power cut, finds the old one or
// the new one.
func savePosition(path string, position any) error {
	text, err := json.Marshal(position)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a rename durable. Systems that cannot open a folder do so by themselves.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

// loadPosition reads a position, and says whether there is one.
func loadPosition(path string, position any) (bool, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(text, position); err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}

// saver says when a position is saved again: about once a second, and seldom enough that saving stays a small
// part of the work.
type saver struct{ next time.Time }

// Bounds of how much is done again after a crash, and of how much time goes into saving.
const (
	saveEvery = time.Second
	saveShare = 20 // saving takes one part in so many
)

// due says whether it is time.
func (s *saver) due() bool { return !time.Now().Before(s.next) }

// saved notes how long it took.
func (s *saver) saved(began time.Time) {
	took := time.Since(began)
	s.next = time.Now().Add(max(saveEvery, saveShare*took))
}

// openMap opens the map where its lines go on; nowhere is a file too. It does not write over a file that is not
// this import's.
func (m *importer) openMap() (*os.File, error) {
	if m.Map == "" {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	f, err := os.OpenFile(m.Map, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch size := m.position.MapBytes; {
	case err != nil:
	case m.fresh && info.Size() > 0:
		err = fmt.Errorf("%s exists already", m.Map)
	case info.Size() < size:
		err = fmt.Errorf("%s is shorter than %s says", m.Map, m.State)
	default:
		if err = f.Truncate(size); err == nil {
			_, err = f.Seek(size, io.SeekStart)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
