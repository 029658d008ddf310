package diameter

// KnownCommand reports whether a command belongs to an application: to the base
// protocol (RFC 6733 3.1), whose commands some nodes send with another
// application's id, or to the one that app names (3GPP TS 29.230 5, and the RFC or
// TS beside each case).
func KnownCommand(app, code uint32) bool {
	switch code {
	case 257, 258, 271, 274, 275, 280, 282: // CER, RAR, ACR, ASR, STR, DWR, DPR
		return true
	}
	switch app {
	case 16777251: // S6a, S6d (TS 29.272 7.2)
		return code >= 316 && code <= 323
	case 16777238, // Gx (TS 29.212)
		16777266, // Gxx
		16777267, // S9 (TS 29.215): also the commands of Rx
		4,        // credit control (RFC 8506)
		16777303, // Sd: also TDF-Session
		16777224: // Gx before Release 7
		return code == 272 || code == 265 && app == 16777267 || code == 8388637 && app == 16777303
	case 16777236, 16777222, 16777229: // Rx (TS 29.214), Gq (TS 29.209), Rx before Release 7
		return code == 265
	case 16777216: // Cx, Dx (TS 29.229 6.1)
		return code >= 300 && code <= 305
	case 16777217: // Sh, Dh (TS 29.329 6.1)
		return code >= 306 && code <= 309
	case 16777220: // Zn (TS 29.109): BIR
		return code == 310 || code == 303
	case 16777221: // Zh: MAR
		return code == 303
	case 16777252: // S13 (TS 29.272 7.2): ECR
		return code == 324
	case 16777265: // SWx (TS 29.273 8.2.2)
		return code == 301 || code >= 303 && code <= 305
	case 16777250, 16777264, 16777272, 5, 16777281: // STa and SWa, SWm, S6b (TS 29.273); EAP (RFC 4072); WiMAX
		return code == 268 || code == 265
	case 16777219: // Wx (TS 29.234)
		return code == 301 || code >= 303 && code <= 305
	case 16777255: // SLg (TS 29.172): PLR, LRR
		return code == 8388620 || code == 8388621
	case 16777291: // SLh (TS 29.173): RIR
		return code == 8388622
	case 16777312: // S6c (TS 29.338 5.3.2): SRR, ALR, RDR
		return code >= 8388647 && code <= 8388649
	case 16777313: // SGd, Gdd (TS 29.338 6.3.2): OFR, TFR, ALR
		return code == 8388645 || code == 8388646 || code == 8388648
	case 16777308: // S7a (TS 29.272 7.2): UVR, CVR
		return code == 8388638 || code == 8388642
	case 16777302: // Sy (TS 29.219): SLR, SNR
		return code == 8388635 || code == 8388636
	case 16777309: // Tsp (TS 29.368): DAR, DNR
		return code == 8388639 || code == 8388640
	case 16777310: // S6m, S6n (TS 29.336): SIR
		return code == 8388641
	case 16777311: // T4 (TS 29.337): DTR, DRR
		return code == 8388643 || code == 8388644
	case 16777336: // PC4a (TS 29.344)
		return code >= 8388664 && code <= 8388667 || code == 8388713
	case 16777345: // S6t (TS 29.336): SIR, CIR, RIR, NIR
		return code == 8388641 || code == 8388718 || code == 8388719 || code == 8388726
	case 16777346: // T6a, T6b (TS 29.128): CIR, RIR, CMR, ODR, TDR
		return code == 8388718 || code == 8388719 || code >= 8388732 && code <= 8388734
	case 16777360: // DESS (GSMA FS.19): DTLS handshake by client and by server
		return code == 8388737 || code == 8388738
	case 1: // network access (RFC 7155)
		return code == 265
	case 6: // SIP (RFC 4740)
		return code >= 283 && code <= 288
	case 2: // Mobile IPv4 (RFC 4004)
		return code == 260 || code == 262
	case 7, 8: // Mobile IPv6 IKE and auth (RFC 5778)
		return code == 268 || code == 325
	}
	return false
}
