package capture

// TunnelPorts are the UDP ports that a Peeler looks for tunnels on, for those who
// filter before it.
func TunnelPorts() []uint16 {
	return []uint16{portVXLAN, portVXLANLinux, portVXLANGPE, portGeneve, portSCTP}
}
