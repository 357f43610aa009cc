/**
 * @file The rows of PS3.15 Table E.1-1, edition 2026c, by tag number; the columns of the options as published in
 * September 2024. Rows added since then have no option, so the Basic Profile acts on them.
 *
 * Group: element, VR, action of the Basic Profile, options. An option in capitals keeps the value (K), in small
 * letters asks for it to be cleaned (C). U: UIDs, D: device identity, I: institution identity, P: patient
 * characteristics, F: full dates, M: modified dates, C: descriptors, T: structured content, G: graphics.
 * The repeating groups 50xx and 60xx are in `profile-table.ts`; private attributes are the matter of `deidentify`.
 */
export const PROFILE_ROWS = `
0000: 1000 UI X U | 1001 UI U U
0002: 0003 UI U U
0004: 1511 UI U U
0008: 0012 DA X/D Fm | 0013 TM X/Z/D Fm | 0014 UI U U | 0015 DT X Fm | 0017 UI U U | 0018 UI U U | 0019 UI U U |
     0020 DA Z Fm | 0021 DA X/D Fm | 0022 DA X/Z Fm | 0023 DA Z/D Fm | 0024 DA X Fm | 0025 DA X Fm | 002a DT X/Z/D
     Fm | 0030 TM Z Fm | 0031 TM X/D Fm | 0032 TM X/Z Fm | 0033 TM Z/D Fm | 0034 TM X Fm | 0035 TM X Fm | 0050 SH Z
     | 0054 AE X d | 0055 AE X d | 0058 UI U U | 0080 LO X/Z/D I | 0081 ST X I | 0082 SQ X/Z/D I | 0090 PN Z | 0092
     ST X | 0094 SH X | 0096 SQ X | 009c PN Z | 009d SQ X | 0106 DT D Fm | 0107 DT D Fm | 0201 SH X Fm | 1000 AE X d
     | 1010 SH X/Z/D D | 1030 LO X c | 103e LO X c | 1040 LO X I | 1041 SQ X I | 1048 PN X | 1049 SQ X | 1050 PN X |
     1052 SQ X | 1060 PN X | 1062 SQ X | 1070 PN X/Z/D | 1072 SQ X/D | 1080 LO X c | 1084 SQ X c | 1088 LO X c |
     1110 SQ X/Z U | 1111 SQ X/Z/D U | 1120 SQ X U | 1140 SQ X/Z/U* U | 1155 UI U U | 1195 UI U U | 1301 UN X | 1302
     UN X | 1303 UN X | 1304 UN X | 2111 ST X c | 2112 SQ X/Z/U* U | 3010 UI U U | 4000 LT X c
0010: 0010 PN Z | 0011 UN X | 0012 UN X | 0013 UN X | 0014 UN X | 0015 UN X | 0016 UN X | 0020 LO Z/D | 0021 LO X |
     0030 DA Z | 0032 TM X | 0040 CS Z P | 0041 UN X | 0042 UN X | 0043 UN X | 0044 UN X | 0045 UN X | 0046 UN X |
     0047 UN X | 0050 SQ X | 0101 SQ X | 0102 SQ X | 1000 LO X | 1001 PN X | 1002 SQ X | 1005 PN X | 1010 AS X P |
     1020 DS X P | 1030 DS X P | 1040 LO X | 1050 LO X | 1060 PN X | 1080 LO X | 1081 LO X | 1090 LO X | 1100 SQ X |
     2000 LO X c | 2110 LO X pc | 2150 LO X | 2152 LO X | 2154 SH X | 2155 LT X | 2160 SH X P | 2161 UN X P | 2162
     UN X | 2180 SH X c | 21a0 CS X P | 21b0 LT X c | 21c0 US X P | 21d0 DA X Fm | 21f0 LO X | 2203 CS X/Z P | 2297
     PN X | 2299 LO X | 4000 LT X c
0012: 0010 LO D | 0020 LO D | 0021 LO Z | 0022 UN X | 0023 UN X | 0030 LO Z I | 0031 LO Z I | 0032 UN X | 0040 LO D
     | 0041 UN X | 0042 LO D | 0043 UN X | 0050 LO Z | 0051 ST X c | 0055 UN X | 0060 LO Z I | 0071 LO X | 0072 LO X
     c | 0073 UN X | 0081 LO D I | 0082 LO X | 0086 DA X Fm | 0087 DA X Fm
0014: 407c TM X DFm | 407e DA X DFm
0016: 002b OB X c | 004b OB X c | 004d UT X | 004e DS X D | 004f UT X D | 0050 UT X D | 0051 UT X D | 0070 OB X |
     0071 CS X | 0072 DS X | 0073 CS X | 0074 DS X | 0075 US X | 0076 DS X | 0077 DT X | 0078 UT X | 0079 CS X |
     007a CS X | 007b DS X | 007c CS X | 007d DS X | 007e CS X | 007f DS X | 0080 CS X | 0081 DS X | 0082 UT X |
     0083 CS X | 0084 DS X | 0085 CS X | 0086 DS X | 0087 CS X | 0088 DS X | 0089 CS X | 008a DS X | 008b OB X |
     008c OB X | 008d DT X Fm | 008e IS X
0018: 0010 LO Z/D c | 0027 TM X Fm | 0035 TM X Fm | 1000 LO X/Z/D D | 1002 UI U UD | 1004 LO X D | 1005 LO X D |
     1007 LO X D | 1008 LO X D | 1009 UT X D | 100a SQ X D | 100b UI U UD | 1010 LO X | 1011 LO X | 1012 DA X Fm |
     1014 TM X Fm | 1030 LO X/D c | 1042 TM X Fm | 1043 TM X Fm | 1072 TM X Fm | 1073 TM X Fm | 1078 DT X Fm | 1079
     DT X Fm | 11bb LO D c | 1200 DA X DFm | 1201 TM X DFm | 1202 DT X DFm | 1203 DT Z DFm | 1204 UN X DFm | 1205 UN
     X DFm | 1400 LO X/D c | 2042 UI U U | 4000 LT X c | 5011 SQ X D | 700a SH X/D D | 700c DA X/D DFm | 700e TM X/D
     DFm | 9074 DT D Fm | 9151 DT D Fm | 9185 ST X c | 9367 UC D D | 9369 DT D Fm | 936a DT D Fm | 9371 UC D D |
     9373 ST X D | 937b UT X c | 937f UT X c | 9424 LT X c | 9516 DT X/D Fm | 9517 DT X/D Fm | 9623 DT D Fm | 9701
     DT D Fm | 9804 DT D Fm | 9919 DT Z/D Fm | 9937 LO X c | a002 DT X Fm | a003 ST X c
0020: 000d UI U U | 000e UI U U | 0010 SH Z | 0027 LO X c | 0052 UI U U | 0200 UI U U | 3401 CS X D | 3403 DA X Fm |
     3405 TM X Fm | 3406 LO X | 4000 LT X c | 9158 LT X c | 9161 UI U U | 9164 UI U U
0028: 1199 UI U U | 1214 UI U U | 4000 LT X
0032: 0012 LO X | 0032 DA X Fm | 0033 TM X Fm | 0034 DA X Fm | 0035 TM X Fm | 1000 DA X Fm | 1001 TM X Fm | 1010 DA
     X Fm | 1011 TM X Fm | 1020 LO X D | 1021 AE X d | 1030 LO X c | 1032 PN X | 1033 LO X | 1040 DA X Fm | 1041 TM
     X Fm | 1050 DA X Fm | 1051 TM X Fm | 1060 LO X/Z c | 1066 UT X c | 1067 SQ X c | 1070 LO X c | 4000 LT X c
0034: 0001 SQ D | 0002 OB D | 0005 OB D | 0007 OB D Fm
0038: 0004 SQ X | 0010 LO X | 0011 LO X | 0014 SQ X | 001a DA X Fm | 001b TM X Fm | 001c DA X Fm | 001d TM X Fm |
     001e LO X | 0020 DA X Fm | 0021 TM X Fm | 0030 DA X Fm | 0032 TM X Fm | 0040 LO X c | 0050 LO X p | 0060 LO X |
     0061 LO X | 0062 LO X c | 0064 SQ X | 0300 LO X | 0400 LO X | 0500 LO X pc | 4000 LT X c
003a: 0020 SH X | 0203 SH X | 020c LO X | 0310 UI U U | 0314 DT D Fm | 0329 ST X c | 032b ST X c
0040: 0001 AE X d | 0002 DA X Fm | 0003 TM X Fm | 0004 DA X Fm | 0005 TM X Fm | 0006 PN X | 0007 LO X c | 0009 SH X
     | 000b SQ X | 0010 SH X D | 0011 SH X D | 0012 LO X p | 0241 AE X d | 0242 SH X D | 0243 SH X | 0244 DA X Fm |
     0245 TM X Fm | 0250 DA X Fm | 0251 TM X Fm | 0253 SH X | 0254 LO X c | 0275 SQ X c | 0280 ST X c | 0310 ST X c
     | 050a LO X | 0512 LO D | 0513 SQ Z | 051a LO X c | 0551 LO D | 0554 UI U U | 0555 SQ X/Z t | 0556 ST X | 0562
     SQ Z | 0600 LO X c | 0602 UT X c | 0610 SQ Z t | 06fa LO X | 1001 SH X | 1002 LO X c | 1004 LO X | 1005 LO X |
     100a SQ X c | 1010 PN X | 1011 SQ X | 1101 SQ D | 1102 ST X | 1103 LO X | 1104 LT X | 1400 LT X c | 2001 LO X c
     | 2004 DA X Fm | 2005 TM X Fm | 2008 PN X | 2009 SH X | 2010 SH X | 2011 LT X | 2016 LO Z | 2017 LO Z | 2400 LT
     X c | 3001 LO X | 4005 DT X Fm | 4008 DT X Fm | 4010 DT X Fm | 4011 DT X Fm | 4023 UI U U | 4025 SQ X D | 4027
     SQ X D | 4028 SQ X D | 4030 SQ X D | 4034 SQ X | 4035 SQ X | 4036 LO X | 4037 PN X | 4050 DT X Fm | 4051 DT X
     Fm | 4052 DT X Fm | a023 DA X Fm | a024 TM X Fm | a027 LO D | a030 DT D Fm | a032 DT X/D Fm | a033 DT X Fm |
     a034 UN X | a035 UN X | a073 SQ D | a075 PN D | a078 SQ X | a07a SQ X | a07c SQ X | a082 DT Z Fm | a088 SQ Z |
     a110 DA X Fm | a112 TM X Fm | a120 DT D Fm | a121 DA D Fm | a122 TM D Fm | a123 PN D | a124 UI U | a13a DT D Fm
     | a171 UI U U | a172 UI U U | a192 DA X Fm | a193 TM X Fm | a307 PN X | a352 PN X | a353 ST X | a354 LO X |
     a358 SQ X | a402 UI U U | a730 SQ D t | b020 SQ X/D | b034 UN X | b036 UN X | b03b UN X | b03f UN X | db06 DT X
     Fm | db07 DT X Fm | db0c UI U U | db0d UI U U | e004 DT X Fm | e012 UN X
0042: 0011 OB D
0044: 0004 DT X Fm | 000b DT X Fm | 0010 DT X Fm | 0104 DT D Fm | 0105 DT X Fm
0050: 001b LO X | 0020 LO X D | 0021 ST X c
0062: 0021 UI U U
0064: 0003 UI U U
0068: 6226 DT D Fm | 6270 DT D Fm
006a: 0003 UI D U | 0005 LO D c | 0006 UT X c
0070: 0001 SQ D g | 0006 ST D | 0082 DA X Fm | 0083 TM X Fm | 0084 PN Z/D | 0086 SQ X | 031a UI U U | 1101 UI U U |
     1102 UI U U
0072: 000a DT D Fm | 005e AE D d | 005f AS D P | 0061 DA D Fm | 0063 DT D Fm | 0065 OB D | 0066 LO D c | 0068 LT D c
     | 006a PN D | 006b TM D Fm | 006c SH D c | 006d UN D | 006e ST D c | 0070 UT D c | 0071 UR D
0074: 1234 AE X d | 1236 AE X d
0088: 0140 UI U U | 0200 SQ X | 0904 LO X | 0906 ST X | 0910 LO X | 0912 LO X
0100: 0420 DT X Fm
0400: 0100 UI U | 0105 DT D Fm | 0115 OB D | 0310 OB X Fm | 0402 SQ X | 0403 SQ X | 0404 OB X | 0550 SQ X | 0551 SQ
     X | 0552 OB X | 0561 SQ X | 0562 DT D Fm | 0563 LO D D | 0564 LO Z I | 0565 CS D c | 0600 CS X
2030: 0020 LO X
2100: 0040 DA X Fm | 0050 TM X Fm | 0070 AE X d | 0140 AE D d
2200: 0002 UT X/Z c | 0005 LT X/Z
3002: 0121 LO X c | 0123 LT X c
3006: 0002 SH D c | 0004 LO X c | 0006 ST X c | 0008 DA Z Fm | 0009 TM Z Fm | 0024 UI U U | 0026 LO Z c | 0028 ST X
     c | 002d UN X Fm | 002e UN X Fm | 0038 LO X c | 004d UN X | 004e UN X | 0085 SH X c | 0088 ST X c | 00a6 PN Z |
     00c2 UI U U
3008: 0024 DA D Fm | 0025 TM D Fm | 0054 DA X/D Fm | 0056 DA X/D Fm | 0105 LO X/Z D | 0162 DA D Fm | 0164 TM D Fm |
     0166 DA D Fm | 0168 TM D Fm | 0250 DA X/D Fm | 0251 TM X/D Fm
300a: 0002 SH D c | 0003 LO X c | 0004 ST X c | 0006 DA X/D Fm | 0007 TM X/D Fm | 000b LO X c | 000e ST X c | 0013
     UI U U | 0016 LO X c | 0054 UI U U | 0072 LO X c | 0083 UI U U | 00b2 SH X/Z D | 00c3 ST X c | 00dd ST X c |
     0196 ST X c | 01a6 ST X c | 01b2 ST X c | 0216 LO X D | 022c DA D Fm | 022e TM D Fm | 02eb LT X c | 0608 LO D c
     | 0609 UI U U | 0611 LO Z | 0615 LO Z | 0619 LO D c | 0623 LO D c | 062a LO D c | 0650 UI U U | 0676 ST X c |
     067c SH D c | 067d ST Z c | 0700 UI U U | 0734 ST D c | 0736 DT D Fm | 073a DT D Fm | 0741 DT D Fm | 0742 ST D
     c | 0760 DT D Fm | 0783 ST D c | 0785 UI U U | 078e LT X c | 0792 LT X c | 0794 LT X c | 079a LO X c
300c: 0113 LO X c | 0127 DT D DFm
300e: 0004 DA Z Fm | 0005 TM Z Fm | 0008 PN X/Z
3010: 0006 UI U U | 000b UI U U | 000f ST Z c | 0013 UI U U | 0015 UI U U | 0017 ST Z c | 001b UC Z | 002d LO D D |
     0031 UI U U | 0033 SH D c | 0034 LO D c | 0035 SH D c | 0036 LO X c | 0037 ST X c | 0038 LO D c | 003b UI U U |
     0043 ST Z D | 004c DA X/D Fm | 004d DA X/D Fm | 0054 LO D c | 0056 LO X/D c | 005a UT Z c | 005c ST Z c | 0061
     UT X c | 006e UI U U | 006f UI U U | 0077 LO X/D c | 007a UT Z c | 007b UT Z c | 007f UT Z c | 0081 SQ Z c |
     0085 TM X Fm
4000: 0010 LT X | 4000 LT X
4008: 0040 SH X | 0042 LO X | 0100 DA X Fm | 0101 TM X Fm | 0102 PN X | 0108 DA X Fm | 0109 TM X Fm | 010a PN X |
     010b ST X c | 010c PN X | 0111 SQ X | 0112 DA X Fm | 0113 TM X Fm | 0114 PN X | 0115 LT X c | 0118 SQ X | 0119
     PN X | 011a LO X | 0200 SH X | 0202 LO X | 0300 ST X c | 4000 ST X c
fffa: fffa SQ X
fffc: fffc OB X
`;
