//go:build !linux || 386

package canary

import "context"

func dialSCTP(context.Context, string) (conn, error) { return nil, ErrNoSCTP }

func listenSCTP(string) (acceptor, error) { return nil, ErrNoSCTP }
