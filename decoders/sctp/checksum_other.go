//go:build !amd64

package sctp

// checksum is Checksum for 12 octets and more.
func checksum(b []byte) uint32 { return checksumLibrary(b) }
