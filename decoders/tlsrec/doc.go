// Package tlsrec recognises TLS and DTLS by their record headers and reads what a
// passive observer can use of a handshake: the server name a client asks for, the
// versions offered and selected, the cipher suite, and the names in the
// certificates that versions before 1.3 send in clear. It decrypts and verifies
// nothing. Hello.Decode does not join records: a hello that is cut into several
// records or datagrams gives what its first piece holds. Whoever joins them has
// Fragment for the pieces and DecodeMessage for the whole.
//
// Standards: RFC 8446 (TLS 1.3) and RFC 5246 (TLS 1.2) records and hellos, RFC
// 9147 (DTLS 1.3) plaintext records and RFC 6347 (DTLS 1.2), RFC 6066 3
// (server_name), RFC 5246 7.4.2 and RFC 5280 (certificates). Not covered: SSL 2.0 hellos, the short ciphertext header of DTLS
// 1.3 (RFC 9147 4), which begins with any octet from 0x20 to 0x3f and never opens
// a conversation, and records with a connection id (RFC 9146), whose length is
// not in a known place. Encrypted ClientHello shows its public name only.
//
// Every slice aliases the input and lives as long as it does. Nothing allocates.
package tlsrec
