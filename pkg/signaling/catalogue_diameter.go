package signaling

// Diameter application ids (IANA "AAA Parameters", Application IDs).
const (
	appBase       = 0
	appNASREQ     = 1
	appAccounting = 3
	appCredit     = 4
	appEAP        = 5
	appCx         = 16777216
	appSh         = 16777217
	appZn         = 16777220
	appZh         = 16777221
	appRx         = 16777236
	appGx         = 16777238
	appSTa        = 16777250
	appS6a        = 16777251
	appS13        = 16777252
	appSLg        = 16777255
	appSWm        = 16777264
	appSWx        = 16777265
	appGxx        = 16777266
	appS9         = 16777267
	appS6b        = 16777272
	appSLh        = 16777291
	appSy         = 16777302
	appS7a        = 16777308
	appS6m        = 16777310
	appT4         = 16777311
	appS6c        = 16777312
	appSGd        = 16777313
	appPC4a       = 16777336
	appS6t        = 16777345
	appT6a        = 16777346
	appDESS       = 16777360
	appRelay      = 4294967295
)

// diameterCommand is one row of the Diameter table: a command in each of the
// applications that use it with the same meaning. The first one also answers for
// applications unknown to the catalogue.
type diameterCommand struct {
	code         uint32
	name, answer string // abbreviations of request and answer
	class        Class
	apps         []uint32
}

// diameterCommands are the commands met on roaming interfaces. Several rows with
// one code: the meaning depends on the application, the first row is the default.
var diameterCommands = [...]diameterCommand{
	// RFC 6733 3.1, RFC 7155 (AA), RFC 4072 (EAP), RFC 8506 (credit control).
	{257, "CER", "CEA", ClassControl, []uint32{appBase}},
	{280, "DWR", "DWA", ClassControl, []uint32{appBase}},
	{282, "DPR", "DPA", ClassControl, []uint32{appBase}},
	{258, "RAR", "RAA", ClassData, []uint32{appBase, appNASREQ, appCredit, appGx, appGxx, appS9, appSTa, appSWm, appS6b}},
	{258, "RAR", "RAA", ClassCall, []uint32{appRx}},
	{274, "ASR", "ASA", ClassData, []uint32{appBase, appNASREQ, appCredit, appSTa, appSWm, appS6b}},
	{274, "ASR", "ASA", ClassCall, []uint32{appRx}},
	{275, "STR", "STA", ClassData, []uint32{appBase, appNASREQ, appSTa, appSWm, appS6b}},
	{275, "STR", "STA", ClassCall, []uint32{appRx}},
	{275, "STR", "STA", ClassSubscriber, []uint32{appSy}},
	{271, "ACR", "ACA", ClassCall, []uint32{appAccounting, appBase}},
	{272, "CCR", "CCA", ClassData, []uint32{appCredit, appGx, appGxx, appS9}},
	{265, "AAR", "AAA", ClassData, []uint32{appNASREQ, appSTa, appSWm, appS6b}},
	{265, "AAR", "AAA", ClassCall, []uint32{appRx}},
	{268, "DER", "DEA", ClassAuthentication, []uint32{appEAP, appSWm, appSTa, appS6b}},

	// 3GPP TS 29.272: S6a and S6d, S13, S7a.
	{316, "ULR", "ULA", ClassLocation, []uint32{appS6a}},
	{317, "CLR", "CLA", ClassLocation, []uint32{appS6a}},
	{318, "AIR", "AIA", ClassAuthentication, []uint32{appS6a}},
	{319, "IDR", "IDA", ClassSubscriber, []uint32{appS6a}},
	{320, "DSR", "DSA", ClassSubscriber, []uint32{appS6a}},
	{321, "PUR", "PUA", ClassLocation, []uint32{appS6a}},
	{322, "RSR", "RSA", ClassSubscriber, []uint32{appS6a}},
	{323, "NOR", "NOA", ClassLocation, []uint32{appS6a}},
	{324, "ECR", "ECA", ClassSubscriber, []uint32{appS13}},
	{8388638, "UVR", "UVA", ClassLocation, []uint32{appS7a}},
	{8388642, "CVR", "CVA", ClassLocation, []uint32{appS7a}},

	// 3GPP TS 29.172 SLg, TS 29.173 SLh.
	{8388620, "PLR", "PLA", ClassLocation, []uint32{appSLg}},
	{8388621, "LRR", "LRA", ClassLocation, []uint32{appSLg}},
	{8388622, "RIR", "RIA", ClassLocation, []uint32{appSLh}},

	// 3GPP TS 29.338: S6c, SGd and Gdd.
	{8388645, "OFR", "OFA", ClassSMS, []uint32{appSGd}},
	{8388646, "TFR", "TFA", ClassSMS, []uint32{appSGd}},
	{8388647, "SRR", "SRA", ClassSMS, []uint32{appS6c}},
	{8388648, "ALR", "ALA", ClassSMS, []uint32{appS6c, appSGd}},
	{8388649, "RDR", "RDA", ClassSMS, []uint32{appS6c}},

	// 3GPP TS 29.229 Cx and Dx, TS 29.273 SWx, TS 29.329 Sh, TS 29.109 Zn and Zh.
	{300, "UAR", "UAA", ClassSubscriber, []uint32{appCx}},
	{301, "SAR", "SAA", ClassSubscriber, []uint32{appCx, appSWx}},
	{302, "LIR", "LIA", ClassLocation, []uint32{appCx}},
	{303, "MAR", "MAA", ClassAuthentication, []uint32{appCx, appSWx, appZh}},
	{304, "RTR", "RTA", ClassSubscriber, []uint32{appCx}},
	{304, "RTR", "RTA", ClassLocation, []uint32{appSWx}},
	{305, "PPR", "PPA", ClassSubscriber, []uint32{appCx, appSWx}},
	{306, "UDR", "UDA", ClassSubscriber, []uint32{appSh}},
	{307, "PUR", "PUA", ClassSubscriber, []uint32{appSh}},
	{308, "SNR", "SNA", ClassSubscriber, []uint32{appSh}},
	{309, "PNR", "PNA", ClassSubscriber, []uint32{appSh}},
	{310, "BIR", "BIA", ClassAuthentication, []uint32{appZn}},

	// 3GPP TS 29.336 S6m, S6n and S6t, TS 29.337 T4, TS 29.128 T6a and T6b.
	{8388641, "SIR", "SIA", ClassSubscriber, []uint32{appS6m, appS6t}},
	{8388718, "CIR", "CIA", ClassLocation, []uint32{appS6t, appT6a}},
	{8388719, "RIR", "RIA", ClassLocation, []uint32{appS6t, appT6a}},
	{8388726, "NIR", "NIA", ClassData, []uint32{appS6t}},
	{8388643, "DTR", "DTA", ClassSMS, []uint32{appT4}},
	{8388644, "DRR", "DRA", ClassSMS, []uint32{appT4}},
	{8388732, "CMR", "CMA", ClassData, []uint32{appT6a}},
	{8388733, "ODR", "ODA", ClassData, []uint32{appT6a}},
	{8388734, "TDR", "TDA", ClassData, []uint32{appT6a}},

	// 3GPP TS 29.219 Sy, TS 29.344 PC4a.
	{8388635, "SLR", "SLA", ClassSubscriber, []uint32{appSy}},
	{8388636, "SNR", "SNA", ClassSubscriber, []uint32{appSy}},
	{8388664, "PIR", "PIA", ClassSubscriber, []uint32{appPC4a}},

	// GSMA FS.19: signing and encryption of AVPs from end to end. The registry has
	// no abbreviations for these two.
	{8388737, "DESS-DTLS-Handshake-Client-Request", "DESS-DTLS-Handshake-Client-Response", ClassProtected, []uint32{appDESS}},
	{8388738, "DESS-DTLS-Handshake-Server-Request", "DESS-DTLS-Handshake-Server-Response", ClassProtected, []uint32{appDESS}},
}

// DiameterApplication is the short name of an application id: the 3GPP reference
// point where there is one ("S6a" stands for S6d too, "Cx" for Dx, "SGd" for
// Gdd); else its name in a dictionary; "" when unknown.
func DiameterApplication(app uint32) string { return current.Load().application(app) }

func (c *catalogue) application(app uint32) string {
	if name := builtinApplication(app); name != "" {
		return name
	}
	return c.apps[app]
}

func builtinApplication(app uint32) string {
	switch app {
	case appBase:
		return "base"
	case appNASREQ:
		return "NASREQ"
	case appAccounting:
		return "Rf"
	case appCredit:
		return "Gy"
	case appEAP:
		return "EAP"
	case appCx:
		return "Cx"
	case appSh:
		return "Sh"
	case appZn:
		return "Zn"
	case appZh:
		return "Zh"
	case appRx:
		return "Rx"
	case appGx:
		return "Gx"
	case appSTa:
		return "STa"
	case appS6a:
		return "S6a"
	case appS13:
		return "S13"
	case appSLg:
		return "SLg"
	case appSWm:
		return "SWm"
	case appSWx:
		return "SWx"
	case appGxx:
		return "Gxx"
	case appS9:
		return "S9"
	case appS6b:
		return "S6b"
	case appSLh:
		return "SLh"
	case appSy:
		return "Sy"
	case appS7a:
		return "S7a"
	case appS6m:
		return "S6m"
	case appT4:
		return "T4"
	case appS6c:
		return "S6c"
	case appSGd:
		return "SGd"
	case appPC4a:
		return "PC4a"
	case appS6t:
		return "S6t"
	case appT6a:
		return "T6a"
	case appDESS:
		return "DESS"
	case appRelay:
		return "relay"
	}
	return ""
}
