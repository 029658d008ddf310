#include "textflag.h"

// func cpuid1() (ecx uint32)
TEXT ·cpuid1(SB), NOSPLIT, $0-4
	MOVL $1, AX
	XORL CX, CX
	CPUID
	MOVL CX, ecx+0(FP)
	RET

// func checksum3(b []byte, lane int, k *[2]uint32) uint32
//
// The instruction CRC32Q gives its result after three clock cycles and could
// begin another one each cycle: three lanes of the packet, each of `lane` times 8
// octets, go through it side by side. k carries the registers of the first two
// lanes over what follows them.
TEXT ·checksum3(SB), NOSPLIT, $0-44
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), CX
	MOVQ lane+24(FP), DX
	MOVQ k+32(FP), DI

	// The common header: 8 octets, then the checksum field as if it were zero.
	MOVL $0xffffffff, AX
	XORL BX, BX
	CRC32Q (SI), AX
	CRC32L BX, AX
	ADDQ $12, SI
	SUBQ $12, CX

	TESTQ DX, DX
	JZ   tail

	// R8, R9: lanes two and three; AX, BX, R10: registers of the lanes.
	LEAQ (SI)(DX*8), R8
	LEAQ (R8)(DX*8), R9
	XORL R10, R10
	LEAQ (DX)(DX*2), R11
	SHLQ $3, R11
	SUBQ R11, CX
	XORL R11, R11
	DECQ DX
	JZ   last

loop:
	CRC32Q (SI)(R11*8), AX
	CRC32Q (R8)(R11*8), BX
	CRC32Q (R9)(R11*8), R10
	INCQ R11
	CMPQ R11, DX
	JB   loop

last:
	CRC32Q (SI)(R11*8), AX
	CRC32Q (R8)(R11*8), BX

	// The products have 63 bits and take the place of 8 octets at the end of lane
	// three, where CRC32Q reduces them.
	MOVQ  AX, X0
	MOVQ  BX, X1
	MOVL  0(DI), R12
	MOVL  4(DI), R13
	MOVQ  R12, X2
	MOVQ  R13, X3
	PCLMULQDQ $0, X2, X0
	PCLMULQDQ $0, X3, X1
	PXOR  X1, X0
	MOVQ  X0, AX
	XORQ  (R9)(R11*8), AX
	CRC32Q AX, R10
	MOVL  R10, AX
	LEAQ  8(R9)(R11*8), SI

tail:
	CMPQ CX, $8
	JB   tail4
	CRC32Q (SI), AX
	ADDQ $8, SI
	SUBQ $8, CX
	JMP  tail

tail4:
	TESTQ $4, CX
	JZ   tail2
	CRC32L (SI), AX
	ADDQ $4, SI

tail2:
	ANDQ $3, CX
	JZ   done

tail1:
	CRC32B (SI), AX
	INCQ SI
	DECQ CX
	JNZ  tail1

done:
	NOTL AX
	MOVL AX, ret+40(FP)
	RET
