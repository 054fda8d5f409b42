package crash

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"
)

// power asks for the test that cuts the power; it needs root.
var power = flag.Bool("power", false, "cut the power of a disk in a file (needs root, mkfs.ext4 and mount)")

// The ioctl by which ext4 stops at once, and the flag that makes it forget what is not on disk yet, as a
// disk does that loses power (EXT4_IOC_SHUTDOWN and EXT4_GOING_FLAGS_NOLOGFLUSH in Linux).
const (
	ioctlShutdown = 0x8004587d
	noLogFlush    = 2
)

// TestPowerCutLosesNothing keeps the data on a file system of its own, in a file, and takes that down after
// each kill without letting it write what is still in memory.
func TestPowerCutLosesNothing(t *testing.T) {
	if !*power {
		t.Skip("needs root, mkfs.ext4 and mount: make powercut")
	}
	image, mount := filepath.Join(t.TempDir(), "disk"), filepath.Join(t.TempDir(), "mount")
	if err := os.Mkdir(mount, 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(image)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	file.Close()
	do := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	do("mkfs.ext4", "-q", image)
	do("mount", "-o", "loop", image, mount)
	t.Cleanup(func() { do("umount", mount) })
	crash(t, filepath.Join(mount, "data"), func() {
		dir, err := os.Open(mount)
		if err != nil {
			t.Fatal(err)
		}
		how := uint32(noLogFlush)
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), ioctlShutdown, uintptr(unsafe.Pointer(&how)))
		dir.Close()
		if errno != 0 {
			t.Fatalf("this kernel does not shut ext4 down: %v", errno)
		}
		do("umount", mount)
		do("mount", "-o", "loop", image, mount) // replays the journal, as after a power cut
	})
}
