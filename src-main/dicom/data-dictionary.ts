/**
 * @file Data elements by tag (PS3.6 section 6): value representation and name, as in pydicom 3.0.2. Written by
 * `bench/peers/data_dictionary.py`; not edited by hand.
 *
 * Group: element, VR, name. 'xx' in a group stands for any two digits.
 */
export const DATA_DICTIONARY = `
0000: 0000 UL Command Group Length | 0001 UL Command Length to End | 0002 UI Affected SOP Class UID | 0003 UI
     Requested SOP Class UID | 0010 SH Command Recognition Code | 0100 US Command Field | 0110 US Message ID | 0120 US
     Message ID Being Responded To | 0200 AE Initiator | 0300 AE Receiver | 0400 AE Find Location | 0600 AE Move
     Destination | 0700 US Priority | 0800 US Command Data Set Type | 0850 US Number of Matches | 0860 US Response
     Sequence Number | 0900 US Status | 0901 AT Offending Element | 0902 LO Error Comment | 0903 US Error ID | 1000 UI
     Affected SOP Instance UID | 1001 UI Requested SOP Instance UID | 1002 US Event Type ID | 1005 AT Attribute
     Identifier List | 1008 US Action Type ID | 1020 US Number of Remaining Sub-operations | 1021 US Number of
     Completed Sub-operations | 1022 US Number of Failed Sub-operations | 1023 US Number of Warning Sub-operations |
     1030 AE Move Originator Application Entity Title | 1031 US Move Originator Message ID | 4000 LT Dialog Receiver |
     4010 LT Terminal Type | 5010 SH Message Set ID | 5020 SH End Message ID | 5110 LT Display Format | 5120 LT Page
     Position ID | 5130 CS Text Format ID | 5140 CS Normal/Reverse | 5150 CS Add Gray Scale | 5160 CS Borders | 5170
     IS Copies | 5180 CS Command Magnification Type | 5190 CS Erase | 51a0 CS Print | 51b0 US Overlays
0002: 0000 UL File Meta Information Group Length | 0001 OB File Meta Information Version | 0002 UI Media Storage SOP
     Class UID | 0003 UI Media Storage SOP Instance UID | 0010 UI Transfer Syntax UID | 0012 UI Implementation Class
     UID | 0013 SH Implementation Version Name | 0016 AE Source Application Entity Title | 0017 AE Sending Application
     Entity Title | 0018 AE Receiving Application Entity Title | 0026 UR Source Presentation Address | 0027 UR Sending
     Presentation Address | 0028 UR Receiving Presentation Address | 0031 OB RTV Meta Information Version | 0032 UI
     RTV Communication SOP Class UID | 0033 UI RTV Communication SOP Instance UID | 0035 OB RTV Source Identifier |
     0036 OB RTV Flow Identifier | 0037 UL RTV Flow RTP Sampling Rate | 0038 FD RTV Flow Actual Frame Duration | 0100
     UI Private Information Creator UID | 0102 OB Private Information
0004: 1130 CS File-set ID | 1141 CS File-set Descriptor File ID | 1142 CS Specific Character Set of File-set
     Descriptor File | 1200 UL Offset of the First Directory Record of the Root Directory Entity | 1202 UL Offset of
     the Last Directory Record of the Root Directory Entity | 1212 US File-set Consistency Flag | 1220 SQ Directory
     Record Sequence | 1400 UL Offset of the Next Directory Record | 1410 US Record In-use Flag | 1420 UL Offset of
     Referenced Lower-Level Directory Entity | 1430 CS Directory Record Type | 1432 UI Private Record UID | 1500 CS
     Referenced File ID | 1504 UL MRDR Directory Record Offset | 1510 UI Referenced SOP Class UID in File | 1511 UI
     Referenced SOP Instance UID in File | 1512 UI Referenced Transfer Syntax UID in File | 151a UI Referenced Related
     General SOP Class UID in File | 1600 UL Number of References
0008: 0001 UL Length to End | 0005 CS Specific Character Set | 0006 SQ Language Code Sequence | 0008 CS Image Type |
     0010 SH Recognition Code | 0012 DA Instance Creation Date | 0013 TM Instance Creation Time | 0014 UI Instance
     Creator UID | 0015 DT Instance Coercion DateTime | 0016 UI SOP Class UID | 0017 UI Acquisition UID | 0018 UI SOP
     Instance UID | 0019 UI Pyramid UID | 001a UI Related General SOP Class UID | 001b UI Original Specialized SOP
     Class UID | 001c CS Synthetic Data | 0020 DA Study Date | 0021 DA Series Date | 0022 DA Acquisition Date | 0023
     DA Content Date | 0024 DA Overlay Date | 0025 DA Curve Date | 002a DT Acquisition DateTime | 0030 TM Study Time |
     0031 TM Series Time | 0032 TM Acquisition Time | 0033 TM Content Time | 0034 TM Overlay Time | 0035 TM Curve Time
     | 0040 US Data Set Type | 0041 LO Data Set Subtype | 0042 CS Nuclear Medicine Series Type | 0050 SH Accession
     Number | 0051 SQ Issuer of Accession Number Sequence | 0052 CS Query/Retrieve Level | 0053 CS Query/Retrieve View
     | 0054 AE Retrieve AE Title | 0055 AE Station AE Title | 0056 CS Instance Availability | 0058 UI Failed SOP
     Instance UID List | 0060 CS Modality | 0061 CS Modalities in Study | 0062 UI SOP Classes in Study | 0063 SQ
     Anatomic Regions in Study Code Sequence | 0064 CS Conversion Type | 0068 CS Presentation Intent Type | 0070 LO
     Manufacturer | 0080 LO Institution Name | 0081 ST Institution Address | 0082 SQ Institution Code Sequence | 0090
     PN Referring Physician's Name | 0092 ST Referring Physician's Address | 0094 SH Referring Physician's Telephone
     Numbers | 0096 SQ Referring Physician Identification Sequence | 009c PN Consulting Physician's Name | 009d SQ
     Consulting Physician Identification Sequence | 0100 SH Code Value | 0101 LO Extended Code Value | 0102 SH Coding
     Scheme Designator | 0103 SH Coding Scheme Version | 0104 LO Code Meaning | 0105 CS Mapping Resource | 0106 DT
     Context Group Version | 0107 DT Context Group Local Version | 0108 LT Extended Code Meaning | 0109 SQ Coding
     Scheme Resources Sequence | 010a CS Coding Scheme URL Type | 010b CS Context Group Extension Flag | 010c UI
     Coding Scheme UID | 010d UI Context Group Extension Creator UID | 010e UR Coding Scheme URL | 010f CS Context
     Identifier | 0110 SQ Coding Scheme Identification Sequence | 0112 LO Coding Scheme Registry | 0114 ST Coding
     Scheme External ID | 0115 ST Coding Scheme Name | 0116 ST Coding Scheme Responsible Organization | 0117 UI
     Context UID | 0118 UI Mapping Resource UID | 0119 UC Long Code Value | 0120 UR URN Code Value | 0121 SQ
     Equivalent Code Sequence | 0122 LO Mapping Resource Name | 0123 SQ Context Group Identification Sequence | 0124
     SQ Mapping Resource Identification Sequence | 0201 SH Timezone Offset From UTC | 0202 OB Retired-blank | 0220 SQ
     Responsible Group Code Sequence | 0221 CS Equipment Modality | 0222 LO Manufacturer's Related Model Group | 0300
     SQ Private Data Element Characteristics Sequence | 0301 US Private Group Reference | 0302 LO Private Creator
     Reference | 0303 CS Block Identifying Information Status | 0304 US Nonidentifying Private Elements | 0305 SQ
     Deidentification Action Sequence | 0306 US Identifying Private Elements | 0307 CS Deidentification Action | 0308
     US Private Data Element | 0309 UL Private Data Element Value Multiplicity | 030a CS Private Data Element Value
     Representation | 030b UL Private Data Element Number of Items | 030c UC Private Data Element Name | 030d UC
     Private Data Element Keyword | 030e UT Private Data Element Description | 030f UT Private Data Element Encoding |
     0310 SQ Private Data Element Definition Sequence | 0400 SQ Scope of Inventory Sequence | 0401 LT Inventory
     Purpose | 0402 LT Inventory Instance Description | 0403 CS Inventory Level | 0404 DT Item Inventory DateTime |
     0405 CS Removed from Operational Use | 0406 SQ Reason for Removal Code Sequence | 0407 UR Stored Instance Base
     URI | 0408 UR Folder Access URI | 0409 UR File Access URI | 040a CS Container File Type | 040b UR Filename in
     Container | 040c UV File Offset in Container | 040d UV File Length in Container | 040e UI Stored Instance
     Transfer Syntax UID | 040f CS Extended Matching Mechanisms | 0410 SQ Range Matching Sequence | 0411 SQ List of
     UID Matching Sequence | 0412 SQ Empty Value Matching Sequence | 0413 SQ General Matching Sequence | 0414 US
     Requested Status Interval | 0415 CS Retain Instances | 0416 DT Expiration DateTime | 0417 CS Transaction Status |
     0418 LT Transaction Status Comment | 0419 SQ File Set Access Sequence | 041a SQ File Access Sequence | 041b OB
     Record Key | 041c OB Prior Record Key | 041d SQ Metadata Sequence | 041e SQ Updated Metadata Sequence | 041f DT
     Study Update DateTime | 0420 SQ Inventory Access End Points Sequence | 0421 SQ Study Access End Points Sequence |
     0422 SQ Incorporated Inventory Instance Sequence | 0423 SQ Inventoried Studies Sequence | 0424 SQ Inventoried
     Series Sequence | 0425 SQ Inventoried Instances Sequence | 0426 CS Inventory Completion Status | 0427 UL Number
     of Study Records in Instance | 0428 UV Total Number of Study Records | 0429 UV Maximum Number of Records | 1000
     AE Network ID | 1010 SH Station Name | 1030 LO Study Description | 1032 SQ Procedure Code Sequence | 103e LO
     Series Description | 103f SQ Series Description Code Sequence | 1040 LO Institutional Department Name | 1041 SQ
     Institutional Department Type Code Sequence | 1048 PN Physician(s) of Record | 1049 SQ Physician(s) of Record
     Identification Sequence | 1050 PN Performing Physician's Name | 1052 SQ Performing Physician Identification
     Sequence | 1060 PN Name of Physician(s) Reading Study | 1062 SQ Physician(s) Reading Study Identification
     Sequence | 1070 PN Operators' Name | 1072 SQ Operator Identification Sequence | 1080 LO Admitting Diagnoses
     Description | 1084 SQ Admitting Diagnoses Code Sequence | 1088 LO Pyramid Description | 1090 LO Manufacturer's
     Model Name | 1100 SQ Referenced Results Sequence | 1110 SQ Referenced Study Sequence | 1111 SQ Referenced
     Performed Procedure Step Sequence | 1112 SQ Referenced Instances by SOP Class Sequence | 1115 SQ Referenced
     Series Sequence | 1120 SQ Referenced Patient Sequence | 1125 SQ Referenced Visit Sequence | 1130 SQ Referenced
     Overlay Sequence | 1134 SQ Referenced Stereometric Instance Sequence | 113a SQ Referenced Waveform Sequence |
     1140 SQ Referenced Image Sequence | 1145 SQ Referenced Curve Sequence | 114a SQ Referenced Instance Sequence |
     114b SQ Referenced Real World Value Mapping Instance Sequence | 1150 UI Referenced SOP Class UID | 1155 UI
     Referenced SOP Instance UID | 1156 SQ Definition Source Sequence | 115a UI SOP Classes Supported | 1160 IS
     Referenced Frame Number | 1161 UL Simple Frame List | 1162 UL Calculated Frame List | 1163 FD Time Range | 1164
     SQ Frame Extraction Sequence | 1167 UI Multi-frame Source SOP Instance UID | 1190 UR Retrieve URL | 1195 UI
     Transaction UID | 1196 US Warning Reason | 1197 US Failure Reason | 1198 SQ Failed SOP Sequence | 1199 SQ
     Referenced SOP Sequence | 119a SQ Other Failures Sequence | 119b SQ Failed Study Sequence | 1200 SQ Studies
     Containing Other Referenced Instances Sequence | 1250 SQ Related Series Sequence | 2110 CS Lossy Image
     Compression (Retired) | 2111 ST Derivation Description | 2112 SQ Source Image Sequence | 2120 SH Stage Name |
     2122 IS Stage Number | 2124 IS Number of Stages | 2127 SH View Name | 2128 IS View Number | 2129 IS Number of
     Event Timers | 212a IS Number of Views in Stage | 2130 DS Event Elapsed Time(s) | 2132 LO Event Timer Name(s) |
     2133 SQ Event Timer Sequence | 2134 FD Event Time Offset | 2135 SQ Event Code Sequence | 2142 IS Start Trim |
     2143 IS Stop Trim | 2144 IS Recommended Display Frame Rate | 2200 CS Transducer Position | 2204 CS Transducer
     Orientation | 2208 CS Anatomic Structure | 2218 SQ Anatomic Region Sequence | 2220 SQ Anatomic Region Modifier
     Sequence | 2228 SQ Primary Anatomic Structure Sequence | 2229 SQ Anatomic Structure, Space or Region Sequence |
     2230 SQ Primary Anatomic Structure Modifier Sequence | 2240 SQ Transducer Position Sequence | 2242 SQ Transducer
     Position Modifier Sequence | 2244 SQ Transducer Orientation Sequence | 2246 SQ Transducer Orientation Modifier
     Sequence | 2251 SQ Anatomic Structure Space Or Region Code Sequence (Trial) | 2253 SQ Anatomic Portal Of Entrance
     Code Sequence (Trial) | 2255 SQ Anatomic Approach Direction Code Sequence (Trial) | 2256 ST Anatomic Perspective
     Description (Trial) | 2257 SQ Anatomic Perspective Code Sequence (Trial) | 2258 ST Anatomic Location Of Examining
     Instrument Description (Trial) | 2259 SQ Anatomic Location Of Examining Instrument Code Sequence (Trial) | 225a
     SQ Anatomic Structure Space Or Region Modifier Code Sequence (Trial) | 225c SQ On Axis Background Anatomic
     Structure Code Sequence (Trial) | 3001 SQ Alternate Representation Sequence | 3002 UI Available Transfer Syntax
     UID | 3010 UI Irradiation Event UID | 3011 SQ Source Irradiation Event Sequence | 3012 UI Radiopharmaceutical
     Administration Event UID | 4000 LT Identifying Comments | 9007 CS Frame Type | 9092 SQ Referenced Image Evidence
     Sequence | 9121 SQ Referenced Raw Data Sequence | 9123 UI Creator-Version UID | 9124 SQ Derivation Image Sequence
     | 9154 SQ Source Image Evidence Sequence | 9205 CS Pixel Presentation | 9206 CS Volumetric Properties | 9207 CS
     Volume Based Calculation Technique | 9208 CS Complex Image Component | 9209 CS Acquisition Contrast | 9215 SQ
     Derivation Code Sequence | 9237 SQ Referenced Presentation State Sequence | 9410 SQ Referenced Other Plane
     Sequence | 9458 SQ Frame Display Sequence | 9459 FL Recommended Display Frame Rate in Float | 9460 CS Skip Frame
     Range Flag
0010: 0010 PN Patient's Name | 0020 LO Patient ID | 0021 LO Issuer of Patient ID | 0022 CS Type of Patient ID | 0024
     SQ Issuer of Patient ID Qualifiers Sequence | 0026 SQ Source Patient Group Identification Sequence | 0027 SQ
     Group of Patients Identification Sequence | 0028 US Subject Relative Position in Image | 0030 DA Patient's Birth
     Date | 0032 TM Patient's Birth Time | 0033 LO Patient's Birth Date in Alternative Calendar | 0034 LO Patient's
     Death Date in Alternative Calendar | 0035 CS Patient's Alternative Calendar | 0040 CS Patient's Sex | 0050 SQ
     Patient's Insurance Plan Code Sequence | 0101 SQ Patient's Primary Language Code Sequence | 0102 SQ Patient's
     Primary Language Modifier Code Sequence | 0200 CS Quality Control Subject | 0201 SQ Quality Control Subject Type
     Code Sequence | 0212 UC Strain Description | 0213 LO Strain Nomenclature | 0214 LO Strain Stock Number | 0215 SQ
     Strain Source Registry Code Sequence | 0216 SQ Strain Stock Sequence | 0217 LO Strain Source | 0218 UT Strain
     Additional Information | 0219 SQ Strain Code Sequence | 0221 SQ Genetic Modifications Sequence | 0222 UC Genetic
     Modifications Description | 0223 LO Genetic Modifications Nomenclature | 0229 SQ Genetic Modifications Code
     Sequence | 1000 LO Other Patient IDs | 1001 PN Other Patient Names | 1002 SQ Other Patient IDs Sequence | 1005 PN
     Patient's Birth Name | 1010 AS Patient's Age | 1020 DS Patient's Size | 1021 SQ Patient's Size Code Sequence |
     1022 DS Patient's Body Mass Index | 1023 DS Measured AP Dimension | 1024 DS Measured Lateral Dimension | 1030 DS
     Patient's Weight | 1040 LO Patient's Address | 1050 LO Insurance Plan Identification | 1060 PN Patient's Mother's
     Birth Name | 1080 LO Military Rank | 1081 LO Branch of Service | 1090 LO Medical Record Locator | 1100 SQ
     Referenced Patient Photo Sequence | 2000 LO Medical Alerts | 2110 LO Allergies | 2150 LO Country of Residence |
     2152 LO Region of Residence | 2154 SH Patient's Telephone Numbers | 2155 LT Patient's Telecom Information | 2160
     SH Ethnic Group | 2161 SQ Ethnic Group Code Sequence | 2180 SH Occupation | 21a0 CS Smoking Status | 21b0 LT
     Additional Patient History | 21c0 US Pregnancy Status | 21d0 DA Last Menstrual Date | 21f0 LO Patient's Religious
     Preference | 2201 LO Patient Species Description | 2202 SQ Patient Species Code Sequence | 2203 CS Patient's Sex
     Neutered | 2210 CS Anatomical Orientation Type | 2292 LO Patient Breed Description | 2293 SQ Patient Breed Code
     Sequence | 2294 SQ Breed Registration Sequence | 2295 LO Breed Registration Number | 2296 SQ Breed Registry Code
     Sequence | 2297 PN Responsible Person | 2298 CS Responsible Person Role | 2299 LO Responsible Organization | 4000
     LT Patient Comments | 9431 FL Examined Body Thickness
0012: 0010 LO Clinical Trial Sponsor Name | 0020 LO Clinical Trial Protocol ID | 0021 LO Clinical Trial Protocol Name
     | 0022 LO Issuer of Clinical Trial Protocol ID | 0023 SQ Other Clinical Trial Protocol IDs Sequence | 0030 LO
     Clinical Trial Site ID | 0031 LO Clinical Trial Site Name | 0032 LO Issuer of Clinical Trial Site ID | 0040 LO
     Clinical Trial Subject ID | 0041 LO Issuer of Clinical Trial Subject ID | 0042 LO Clinical Trial Subject Reading
     ID | 0043 LO Issuer of Clinical Trial Subject Reading ID | 0050 LO Clinical Trial Time Point ID | 0051 ST
     Clinical Trial Time Point Description | 0052 FD Longitudinal Temporal Offset from Event | 0053 CS Longitudinal
     Temporal Event Type | 0054 SQ Clinical Trial Time Point Type Code Sequence | 0055 LO Issuer of Clinical Trial
     Time Point ID | 0060 LO Clinical Trial Coordinating Center Name | 0062 CS Patient Identity Removed | 0063 LO
     De-identification Method | 0064 SQ De-identification Method Code Sequence | 0071 LO Clinical Trial Series ID |
     0072 LO Clinical Trial Series Description | 0073 LO Issuer of Clinical Trial Series ID | 0081 LO Clinical Trial
     Protocol Ethics Committee Name | 0082 LO Clinical Trial Protocol Ethics Committee Approval Number | 0083 SQ
     Consent for Clinical Trial Use Sequence | 0084 CS Distribution Type | 0085 CS Consent for Distribution Flag |
     0086 DA Ethics Committee Approval Effectiveness Start Date | 0087 DA Ethics Committee Approval Effectiveness End
     Date
0014: 0023 ST CAD File Format | 0024 ST Component Reference System | 0025 ST Component Manufacturing Procedure | 0028
     ST Component Manufacturer | 0030 DS Material Thickness | 0032 DS Material Pipe Diameter | 0034 DS Material
     Isolation Diameter | 0042 ST Material Grade | 0044 ST Material Properties Description | 0045 ST Material
     Properties File Format (Retired) | 0046 LT Material Notes | 0050 CS Component Shape | 0052 CS Curvature Type |
     0054 DS Outer Diameter | 0056 DS Inner Diameter | 0100 LO Component Welder IDs | 0101 CS Secondary Approval
     Status | 0102 DA Secondary Review Date | 0103 TM Secondary Review Time | 0104 PN Secondary Reviewer Name | 0105
     ST Repair ID | 0106 SQ Multiple Component Approval Sequence | 0107 CS Other Approval Status | 0108 CS Other
     Secondary Approval Status | 0200 SQ Data Element Label Sequence | 0201 SQ Data Element Label Item Sequence | 0202
     AT Data Element | 0203 LO Data Element Name | 0204 LO Data Element Description | 0205 CS Data Element
     Conditionality | 0206 IS Data Element Minimum Characters | 0207 IS Data Element Maximum Characters | 1010 ST
     Actual Environmental Conditions | 1020 DA Expiry Date | 1040 ST Environmental Conditions | 2002 SQ Evaluator
     Sequence | 2004 IS Evaluator Number | 2006 PN Evaluator Name | 2008 IS Evaluation Attempt | 2012 SQ Indication
     Sequence | 2014 IS Indication Number | 2016 SH Indication Label | 2018 ST Indication Description | 201a CS
     Indication Type | 201c CS Indication Disposition | 201e SQ Indication ROI Sequence | 2030 SQ Indication Physical
     Property Sequence | 2032 SH Property Label | 2202 IS Coordinate System Number of Axes | 2204 SQ Coordinate System
     Axes Sequence | 2206 ST Coordinate System Axis Description | 2208 CS Coordinate System Data Set Mapping | 220a IS
     Coordinate System Axis Number | 220c CS Coordinate System Axis Type | 220e CS Coordinate System Axis Units | 2210
     OB Coordinate System Axis Values | 2220 SQ Coordinate System Transform Sequence | 2222 ST Transform Description |
     2224 IS Transform Number of Axes | 2226 IS Transform Order of Axes | 2228 CS Transformed Axis Units | 222a DS
     Coordinate System Transform Rotation and Scale Matrix | 222c DS Coordinate System Transform Translation Matrix |
     3011 DS Internal Detector Frame Time | 3012 DS Number of Frames Integrated | 3020 SQ Detector Temperature
     Sequence | 3022 ST Sensor Name | 3024 DS Horizontal Offset of Sensor | 3026 DS Vertical Offset of Sensor | 3028
     DS Sensor Temperature | 3040 SQ Dark Current Sequence | 3050 OB Dark Current Counts | 3060 SQ Gain Correction
     Reference Sequence | 3070 OB Air Counts | 3071 DS KV Used in Gain Calibration | 3072 DS MA Used in Gain
     Calibration | 3073 DS Number of Frames Used for Integration | 3074 LO Filter Material Used in Gain Calibration |
     3075 DS Filter Thickness Used in Gain Calibration | 3076 DA Date of Gain Calibration | 3077 TM Time of Gain
     Calibration | 3080 OB Bad Pixel Image | 3099 LT Calibration Notes | 3100 LT Linearity Correction Technique | 3101
     LT Beam Hardening Correction Technique | 4002 SQ Pulser Equipment Sequence | 4004 CS Pulser Type | 4006 LT Pulser
     Notes | 4008 SQ Receiver Equipment Sequence | 400a CS Amplifier Type | 400c LT Receiver Notes | 400e SQ
     Pre-Amplifier Equipment Sequence | 400f LT Pre-Amplifier Notes | 4010 SQ Transmit Transducer Sequence | 4011 SQ
     Receive Transducer Sequence | 4012 US Number of Elements | 4013 CS Element Shape | 4014 DS Element Dimension A |
     4015 DS Element Dimension B | 4016 DS Element Pitch A | 4017 DS Measured Beam Dimension A | 4018 DS Measured Beam
     Dimension B | 4019 DS Location of Measured Beam Diameter | 401a DS Nominal Frequency | 401b DS Measured Center
     Frequency | 401c DS Measured Bandwidth | 401d DS Element Pitch B | 4020 SQ Pulser Settings Sequence | 4022 DS
     Pulse Width | 4024 DS Excitation Frequency | 4026 CS Modulation Type | 4028 DS Damping | 4030 SQ Receiver
     Settings Sequence | 4031 DS Acquired Soundpath Length | 4032 CS Acquisition Compression Type | 4033 IS
     Acquisition Sample Size | 4034 DS Rectifier Smoothing | 4035 SQ DAC Sequence | 4036 CS DAC Type | 4038 DS DAC
     Gain Points | 403a DS DAC Time Points | 403c DS DAC Amplitude | 4040 SQ Pre-Amplifier Settings Sequence | 4050 SQ
     Transmit Transducer Settings Sequence | 4051 SQ Receive Transducer Settings Sequence | 4052 DS Incident Angle |
     4054 ST Coupling Technique | 4056 ST Coupling Medium | 4057 DS Coupling Velocity | 4058 DS Probe Center Location
     X | 4059 DS Probe Center Location Z | 405a DS Sound Path Length | 405c ST Delay Law Identifier | 4060 SQ Gate
     Settings Sequence | 4062 DS Gate Threshold | 4064 DS Velocity of Sound | 4070 SQ Calibration Settings Sequence |
     4072 ST Calibration Procedure | 4074 SH Procedure Version | 4076 DA Procedure Creation Date | 4078 DA Procedure
     Expiration Date | 407a DA Procedure Last Modified Date | 407c TM Calibration Time | 407e DA Calibration Date |
     4080 SQ Probe Drive Equipment Sequence | 4081 CS Drive Type | 4082 LT Probe Drive Notes | 4083 SQ Drive Probe
     Sequence | 4084 DS Probe Inductance | 4085 DS Probe Resistance | 4086 SQ Receive Probe Sequence | 4087 SQ Probe
     Drive Settings Sequence | 4088 DS Bridge Resistors | 4089 DS Probe Orientation Angle | 408b DS User Selected Gain
     Y | 408c DS User Selected Phase | 408d DS User Selected Offset X | 408e DS User Selected Offset Y | 4091 SQ
     Channel Settings Sequence | 4092 DS Channel Threshold | 409a SQ Scanner Settings Sequence | 409b ST Scan
     Procedure | 409c DS Translation Rate X | 409d DS Translation Rate Y | 409f DS Channel Overlap | 40a0 LO Image
     Quality Indicator Type | 40a1 LO Image Quality Indicator Material | 40a2 LO Image Quality Indicator Size | 5002
     IS LINAC Energy | 5004 IS LINAC Output | 5100 US Active Aperture | 5101 DS Total Aperture | 5102 DS Aperture
     Elevation | 5103 DS Main Lobe Angle | 5104 DS Main Roof Angle | 5105 CS Connector Type | 5106 SH Wedge Model
     Number | 5107 DS Wedge Angle Float | 5108 DS Wedge Roof Angle | 5109 CS Wedge Element 1 Position | 510a DS Wedge
     Material Velocity | 510b SH Wedge Material | 510c DS Wedge Offset Z | 510d DS Wedge Origin Offset X | 510e DS
     Wedge Time Delay | 510f SH Wedge Name | 5110 SH Wedge Manufacturer Name | 5111 LO Wedge Description | 5112 DS
     Nominal Beam Angle | 5113 DS Wedge Offset X | 5114 DS Wedge Offset Y | 5115 DS Wedge Total Length | 5116 DS Wedge
     In Contact Length | 5117 DS Wedge Front Gap | 5118 DS Wedge Total Height | 5119 DS Wedge Front Height | 511a DS
     Wedge Rear Height | 511b DS Wedge Total Width | 511c DS Wedge In Contact Width | 511d DS Wedge Chamfer Height |
     511e CS Wedge Curve | 511f DS Radius Along the Wedge
0016: 0001 DS White Point | 0002 DS Primary Chromaticities | 0003 UT Battery Level | 0004 DS Exposure Time in Seconds
     | 0005 DS F-Number | 0006 IS OECF Rows | 0007 IS OECF Columns | 0008 UC OECF Column Names | 0009 DS OECF Values |
     000a IS Spatial Frequency Response Rows | 000b IS Spatial Frequency Response Columns | 000c UC Spatial Frequency
     Response Column Names | 000d DS Spatial Frequency Response Values | 000e IS Color Filter Array Pattern Rows |
     000f IS Color Filter Array Pattern Columns | 0010 DS Color Filter Array Pattern Values | 0011 US Flash Firing
     Status | 0012 US Flash Return Status | 0013 US Flash Mode | 0014 US Flash Function Present | 0015 US Flash Red
     Eye Mode | 0016 US Exposure Program | 0017 UT Spectral Sensitivity | 0018 IS Photographic Sensitivity | 0019 IS
     Self Timer Mode | 001a US Sensitivity Type | 001b IS Standard Output Sensitivity | 001c IS Recommended Exposure
     Index | 001d IS ISO Speed | 001e IS ISO Speed Latitude yyy | 001f IS ISO Speed Latitude zzz | 0020 UT EXIF
     Version | 0021 DS Shutter Speed Value | 0022 DS Aperture Value | 0023 DS Brightness Value | 0024 DS Exposure Bias
     Value | 0025 DS Max Aperture Value | 0026 DS Subject Distance | 0027 US Metering Mode | 0028 US Light Source |
     0029 DS Focal Length | 002a IS Subject Area | 002b OB Maker Note | 0030 DS Temperature | 0031 DS Humidity | 0032
     DS Pressure | 0033 DS Water Depth | 0034 DS Acceleration | 0035 DS Camera Elevation Angle | 0036 DS Flash Energy
     | 0037 IS Subject Location | 0038 DS Photographic Exposure Index | 0039 US Sensing Method | 003a US File Source |
     003b US Scene Type | 0041 US Custom Rendered | 0042 US Exposure Mode | 0043 US White Balance | 0044 DS Digital
     Zoom Ratio | 0045 IS Focal Length In 35mm Film | 0046 US Scene Capture Type | 0047 US Gain Control | 0048 US
     Contrast | 0049 US Saturation | 004a US Sharpness | 004b OB Device Setting Description | 004c US Subject Distance
     Range | 004d UT Camera Owner Name | 004e DS Lens Specification | 004f UT Lens Make | 0050 UT Lens Model | 0051 UT
     Lens Serial Number | 0061 CS Interoperability Index | 0062 OB Interoperability Version | 0070 OB GPS Version ID |
     0071 CS GPS Latitude Ref | 0072 DS GPS Latitude | 0073 CS GPS Longitude Ref | 0074 DS GPS Longitude | 0075 US GPS
     Altitude Ref | 0076 DS GPS Altitude | 0077 DT GPS Time Stamp | 0078 UT GPS Satellites | 0079 CS GPS Status | 007a
     CS GPS Measure Mode | 007b DS GPS DOP | 007c CS GPS Speed Ref | 007d DS GPS Speed | 007e CS GPS Track Ref | 007f
     DS GPS Track | 0080 CS GPS Img Direction Ref | 0081 DS GPS Img Direction | 0082 UT GPS Map Datum | 0083 CS GPS
     Dest Latitude Ref | 0084 DS GPS Dest Latitude | 0085 CS GPS Dest Longitude Ref | 0086 DS GPS Dest Longitude |
     0087 CS GPS Dest Bearing Ref | 0088 DS GPS Dest Bearing | 0089 CS GPS Dest Distance Ref | 008a DS GPS Dest
     Distance | 008b OB GPS Processing Method | 008c OB GPS Area Information | 008d DT GPS Date Stamp | 008e IS GPS
     Differential | 1001 CS Light Source Polarization | 1002 DS Emitter Color Temperature | 1003 CS Contact Method |
     1004 CS Immersion Media | 1005 DS Optical Magnification Factor
0018: 0010 LO Contrast/Bolus Agent | 0012 SQ Contrast/Bolus Agent Sequence | 0013 FL Contrast/Bolus T1 Relaxivity |
     0014 SQ Contrast/Bolus Administration Route Sequence | 0015 CS Body Part Examined | 0020 CS Scanning Sequence |
     0021 CS Sequence Variant | 0022 CS Scan Options | 0023 CS MR Acquisition Type | 0024 SH Sequence Name | 0025 CS
     Angio Flag | 0026 SQ Intervention Drug Information Sequence | 0027 TM Intervention Drug Stop Time | 0028 DS
     Intervention Drug Dose | 0029 SQ Intervention Drug Code Sequence | 002a SQ Additional Drug Sequence | 0030 LO
     Radionuclide | 0031 LO Radiopharmaceutical | 0032 DS Energy Window Centerline | 0033 DS Energy Window Total Width
     | 0034 LO Intervention Drug Name | 0035 TM Intervention Drug Start Time | 0036 SQ Intervention Sequence | 0037 CS
     Therapy Type | 0038 CS Intervention Status | 0039 CS Therapy Description | 003a ST Intervention Description |
     0040 IS Cine Rate | 0042 CS Initial Cine Run State | 0050 DS Slice Thickness | 0060 DS KVP | 0070 IS Counts
     Accumulated | 0071 CS Acquisition Termination Condition | 0072 DS Effective Duration | 0073 CS Acquisition Start
     Condition | 0074 IS Acquisition Start Condition Data | 0075 IS Acquisition Termination Condition Data | 0080 DS
     Repetition Time | 0081 DS Echo Time | 0082 DS Inversion Time | 0083 DS Number of Averages | 0084 DS Imaging
     Frequency | 0085 SH Imaged Nucleus | 0086 IS Echo Number(s) | 0087 DS Magnetic Field Strength | 0088 DS Spacing
     Between Slices | 0089 IS Number of Phase Encoding Steps | 0090 DS Data Collection Diameter | 0091 IS Echo Train
     Length | 0093 DS Percent Sampling | 0094 DS Percent Phase Field of View | 0095 DS Pixel Bandwidth | 1000 LO
     Device Serial Number | 1002 UI Device UID | 1003 LO Device ID | 1004 LO Plate ID | 1005 LO Generator ID | 1006 LO
     Grid ID | 1007 LO Cassette ID | 1008 LO Gantry ID | 1009 UT Unique Device Identifier | 100a SQ UDI Sequence |
     100b UI Manufacturer's Device Class UID | 1010 LO Secondary Capture Device ID | 1011 LO Hardcopy Creation Device
     ID | 1012 DA Date of Secondary Capture | 1014 TM Time of Secondary Capture | 1016 LO Secondary Capture Device
     Manufacturer | 1017 LO Hardcopy Device Manufacturer | 1018 LO Secondary Capture Device Manufacturer's Model Name
     | 1019 LO Secondary Capture Device Software Versions | 101a LO Hardcopy Device Software Version | 101b LO
     Hardcopy Device Manufacturer's Model Name | 1020 LO Software Versions | 1022 SH Video Image Format Acquired |
     1023 LO Digital Image Format Acquired | 1030 LO Protocol Name | 1040 LO Contrast/Bolus Route | 1041 DS
     Contrast/Bolus Volume | 1042 TM Contrast/Bolus Start Time | 1043 TM Contrast/Bolus Stop Time | 1044 DS
     Contrast/Bolus Total Dose | 1045 IS Syringe Counts | 1046 DS Contrast Flow Rate | 1047 DS Contrast Flow Duration
     | 1048 CS Contrast/Bolus Ingredient | 1049 DS Contrast/Bolus Ingredient Concentration | 1050 DS Spatial
     Resolution | 1060 DS Trigger Time | 1061 LO Trigger Source or Type | 1062 IS Nominal Interval | 1063 DS Frame
     Time | 1064 LO Cardiac Framing Type | 1065 DS Frame Time Vector | 1066 DS Frame Delay | 1067 DS Image Trigger
     Delay | 1068 DS Multiplex Group Time Offset | 1069 DS Trigger Time Offset | 106a CS Synchronization Trigger |
     106c US Synchronization Channel | 106e UL Trigger Sample Position | 1070 LO Radiopharmaceutical Route | 1071 DS
     Radiopharmaceutical Volume | 1072 TM Radiopharmaceutical Start Time | 1073 TM Radiopharmaceutical Stop Time |
     1074 DS Radionuclide Total Dose | 1075 DS Radionuclide Half Life | 1076 DS Radionuclide Positron Fraction | 1077
     DS Radiopharmaceutical Specific Activity | 1078 DT Radiopharmaceutical Start DateTime | 1079 DT
     Radiopharmaceutical Stop DateTime | 1080 CS Beat Rejection Flag | 1081 IS Low R-R Value | 1082 IS High R-R Value
     | 1083 IS Intervals Acquired | 1084 IS Intervals Rejected | 1085 LO PVC Rejection | 1086 IS Skip Beats | 1088 IS
     Heart Rate | 1090 IS Cardiac Number of Images | 1094 IS Trigger Window | 1100 DS Reconstruction Diameter | 1110
     DS Distance Source to Detector | 1111 DS Distance Source to Patient | 1114 DS Estimated Radiographic
     Magnification Factor | 1120 DS Gantry/Detector Tilt | 1121 DS Gantry/Detector Slew | 1130 DS Table Height | 1131
     DS Table Traverse | 1134 CS Table Motion | 1135 DS Table Vertical Increment | 1136 DS Table Lateral Increment |
     1137 DS Table Longitudinal Increment | 1138 DS Table Angle | 113a CS Table Type | 1140 CS Rotation Direction |
     1141 DS Angular Position | 1142 DS Radial Position | 1143 DS Scan Arc | 1144 DS Angular Step | 1145 DS Center of
     Rotation Offset | 1146 DS Rotation Offset | 1147 CS Field of View Shape | 1149 IS Field of View Dimension(s) |
     1150 IS Exposure Time | 1151 IS X-Ray Tube Current | 1152 IS Exposure | 1153 IS Exposure in uAs | 1154 DS Average
     Pulse Width | 1155 CS Radiation Setting | 1156 CS Rectification Type | 115a CS Radiation Mode | 115e DS Image and
     Fluoroscopy Area Dose Product | 1160 SH Filter Type | 1161 LO Type of Filters | 1162 DS Intensifier Size | 1164
     DS Imager Pixel Spacing | 1166 CS Grid | 1170 IS Generator Power | 1180 SH Collimator/grid Name | 1181 CS
     Collimator Type | 1182 IS Focal Distance | 1183 DS X Focus Center | 1184 DS Y Focus Center | 1190 DS Focal
     Spot(s) | 1191 CS Anode Target Material | 11a0 DS Body Part Thickness | 11a2 DS Compression Force | 11a3 DS
     Compression Pressure | 11a4 LO Paddle Description | 11a5 DS Compression Contact Area | 11b0 LO Acquisition Mode |
     11b1 LO Dose Mode Name | 11b2 CS Acquired Subtraction Mask Flag | 11b3 CS Fluoroscopy Persistence Flag | 11b4 CS
     Fluoroscopy Last Image Hold Persistence Flag | 11b5 IS Upper Limit Number Of Persistent Fluoroscopy Frames | 11b6
     CS Contrast/Bolus Auto Injection Trigger Flag | 11b7 FD Contrast/Bolus Injection Delay | 11b8 SQ XA Acquisition
     Phase Details Sequence | 11b9 FD XA Acquisition Frame Rate | 11ba SQ XA Plane Details Sequence | 11bb LO
     Acquisition Field of View Label | 11bc SQ X-Ray Filter Details Sequence | 11bd FD XA Acquisition Duration | 11be
     CS Reconstruction Pipeline Type | 11bf SQ Image Filter Details Sequence | 11c0 CS Applied Mask Subtraction Flag |
     11c1 SQ Requested Series Description Code Sequence | 1200 DA Date of Last Calibration | 1201 TM Time of Last
     Calibration | 1202 DT DateTime of Last Calibration | 1203 DT Calibration DateTime | 1204 DA Date of Manufacture |
     1205 DA Date of Installation | 1210 SH Convolution Kernel | 1240 IS Upper/Lower Pixel Values | 1242 IS Actual
     Frame Duration | 1243 IS Count Rate | 1244 US Preferred Playback Sequencing | 1250 SH Receive Coil Name | 1251 SH
     Transmit Coil Name | 1260 SH Plate Type | 1261 LO Phosphor Type | 1271 FD Water Equivalent Diameter | 1272 SQ
     Water Equivalent Diameter Calculation Method Code Sequence | 1300 DS Scan Velocity | 1301 CS Whole Body Technique
     | 1302 IS Scan Length | 1310 US Acquisition Matrix | 1312 CS In-plane Phase Encoding Direction | 1314 DS Flip
     Angle | 1315 CS Variable Flip Angle Flag | 1316 DS SAR | 1318 DS dB/dt | 1320 FL B1rms | 1400 LO Acquisition
     Device Processing Description | 1401 LO Acquisition Device Processing Code | 1402 CS Cassette Orientation | 1403
     CS Cassette Size | 1404 US Exposures on Plate | 1405 IS Relative X-Ray Exposure | 1411 DS Exposure Index | 1412
     DS Target Exposure Index | 1413 DS Deviation Index | 1450 DS Column Angulation | 1460 DS Tomo Layer Height | 1470
     DS Tomo Angle | 1480 DS Tomo Time | 1490 CS Tomo Type | 1491 CS Tomo Class | 1495 IS Number of Tomosynthesis
     Source Images | 1500 CS Positioner Motion | 1508 CS Positioner Type | 1510 DS Positioner Primary Angle | 1511 DS
     Positioner Secondary Angle | 1520 DS Positioner Primary Angle Increment | 1521 DS Positioner Secondary Angle
     Increment | 1530 DS Detector Primary Angle | 1531 DS Detector Secondary Angle | 1600 CS Shutter Shape | 1602 IS
     Shutter Left Vertical Edge | 1604 IS Shutter Right Vertical Edge | 1606 IS Shutter Upper Horizontal Edge | 1608
     IS Shutter Lower Horizontal Edge | 1610 IS Center of Circular Shutter | 1612 IS Radius of Circular Shutter | 1620
     IS Vertices of the Polygonal Shutter | 1622 US Shutter Presentation Value | 1623 US Shutter Overlay Group | 1624
     US Shutter Presentation Color CIELab Value | 1630 CS Outline Shape Type | 1631 FD Outline Left Vertical Edge |
     1632 FD Outline Right Vertical Edge | 1633 FD Outline Upper Horizontal Edge | 1634 FD Outline Lower Horizontal
     Edge | 1635 FD Center of Circular Outline | 1636 FD Diameter of Circular Outline | 1637 UL Number of Polygonal
     Vertices | 1638 OF Vertices of the Polygonal Outline | 1700 CS Collimator Shape | 1702 IS Collimator Left
     Vertical Edge | 1704 IS Collimator Right Vertical Edge | 1706 IS Collimator Upper Horizontal Edge | 1708 IS
     Collimator Lower Horizontal Edge | 1710 IS Center of Circular Collimator | 1712 IS Radius of Circular Collimator
     | 1720 IS Vertices of the Polygonal Collimator | 1800 CS Acquisition Time Synchronized | 1801 SH Time Source |
     1802 CS Time Distribution Protocol | 1803 LO NTP Source Address | 2001 IS Page Number Vector | 2002 SH Frame
     Label Vector | 2003 DS Frame Primary Angle Vector | 2004 DS Frame Secondary Angle Vector | 2005 DS Slice Location
     Vector | 2006 SH Display Window Label Vector | 2010 DS Nominal Scanned Pixel Spacing | 2020 CS Digitizing Device
     Transport Direction | 2030 DS Rotation of Scanned Film | 2041 SQ Biopsy Target Sequence | 2042 UI Target UID |
     2043 FL Localizing Cursor Position | 2044 FL Calculated Target Position | 2045 SH Target Label | 2046 FL
     Displayed Z Value | 3100 CS IVUS Acquisition | 3101 DS IVUS Pullback Rate | 3102 DS IVUS Gated Rate | 3103 IS
     IVUS Pullback Start Frame Number | 3104 IS IVUS Pullback Stop Frame Number | 3105 IS Lesion Number | 4000 LT
     Acquisition Comments | 5000 SH Output Power | 5010 LO Transducer Data | 5011 SQ Transducer Identification
     Sequence | 5012 DS Focus Depth | 5020 LO Processing Function | 5021 LO Postprocessing Function | 5022 DS
     Mechanical Index | 5024 DS Bone Thermal Index | 5026 DS Cranial Thermal Index | 5027 DS Soft Tissue Thermal Index
     | 5028 DS Soft Tissue-focus Thermal Index | 5029 DS Soft Tissue-surface Thermal Index | 5030 DS Dynamic Range |
     5040 DS Total Gain | 5050 IS Depth of Scan Field | 5100 CS Patient Position | 5101 CS View Position | 5104 SQ
     Projection Eponymous Name Code Sequence | 5210 DS Image Transformation Matrix | 5212 DS Image Translation Vector
     | 6000 DS Sensitivity | 6011 SQ Sequence of Ultrasound Regions | 6012 US Region Spatial Format | 6014 US Region
     Data Type | 6016 UL Region Flags | 6018 UL Region Location Min X0 | 601a UL Region Location Min Y0 | 601c UL
     Region Location Max X1 | 601e UL Region Location Max Y1 | 6020 SL Reference Pixel X0 | 6022 SL Reference Pixel Y0
     | 6024 US Physical Units X Direction | 6026 US Physical Units Y Direction | 6028 FD Reference Pixel Physical
     Value X | 602a FD Reference Pixel Physical Value Y | 602c FD Physical Delta X | 602e FD Physical Delta Y | 6030
     UL Transducer Frequency | 6031 CS Transducer Type | 6032 UL Pulse Repetition Frequency | 6034 FD Doppler
     Correction Angle | 6036 FD Steering Angle | 6038 UL Doppler Sample Volume X Position (Retired) | 6039 SL Doppler
     Sample Volume X Position | 603a UL Doppler Sample Volume Y Position (Retired) | 603b SL Doppler Sample Volume Y
     Position | 603c UL TM-Line Position X0 (Retired) | 603d SL TM-Line Position X0 | 603e UL TM-Line Position Y0
     (Retired) | 603f SL TM-Line Position Y0 | 6040 UL TM-Line Position X1 (Retired) | 6041 SL TM-Line Position X1 |
     6042 UL TM-Line Position Y1 (Retired) | 6043 SL TM-Line Position Y1 | 6044 US Pixel Component Organization | 6046
     UL Pixel Component Mask | 6048 UL Pixel Component Range Start | 604a UL Pixel Component Range Stop | 604c US
     Pixel Component Physical Units | 604e US Pixel Component Data Type | 6050 UL Number of Table Break Points | 6052
     UL Table of X Break Points | 6054 FD Table of Y Break Points | 6056 UL Number of Table Entries | 6058 UL Table of
     Pixel Values | 605a FL Table of Parameter Values | 6060 FL R Wave Time Vector | 6070 US Active Image Area Overlay
     Group | 7000 CS Detector Conditions Nominal Flag | 7001 DS Detector Temperature | 7004 CS Detector Type | 7005 CS
     Detector Configuration | 7006 LT Detector Description | 7008 LT Detector Mode | 700a SH Detector ID | 700c DA
     Date of Last Detector Calibration | 700e TM Time of Last Detector Calibration | 7010 IS Exposures on Detector
     Since Last Calibration | 7011 IS Exposures on Detector Since Manufactured | 7012 DS Detector Time Since Last
     Exposure | 7014 DS Detector Active Time | 7016 DS Detector Activation Offset From Exposure | 701a DS Detector
     Binning | 7020 DS Detector Element Physical Size | 7022 DS Detector Element Spacing | 7024 CS Detector Active
     Shape | 7026 DS Detector Active Dimension(s) | 7028 DS Detector Active Origin | 702a LO Detector Manufacturer
     Name | 702b LO Detector Manufacturer's Model Name | 7030 DS Field of View Origin | 7032 DS Field of View Rotation
     | 7034 CS Field of View Horizontal Flip | 7036 FL Pixel Data Area Origin Relative To FOV | 7038 FL Pixel Data
     Area Rotation Angle Relative To FOV | 7040 LT Grid Absorbing Material | 7041 LT Grid Spacing Material | 7042 DS
     Grid Thickness | 7044 DS Grid Pitch | 7046 IS Grid Aspect Ratio | 7048 DS Grid Period | 704c DS Grid Focal
     Distance | 7050 CS Filter Material | 7052 DS Filter Thickness Minimum | 7054 DS Filter Thickness Maximum | 7056
     FL Filter Beam Path Length Minimum | 7058 FL Filter Beam Path Length Maximum | 7060 CS Exposure Control Mode |
     7062 LT Exposure Control Mode Description | 7064 CS Exposure Status | 7065 DS Phototimer Setting | 8150 DS
     Exposure Time in uS | 8151 DS X-Ray Tube Current in uA | 9004 CS Content Qualification | 9005 SH Pulse Sequence
     Name | 9006 SQ MR Imaging Modifier Sequence | 9008 CS Echo Pulse Sequence | 9009 CS Inversion Recovery | 9010 CS
     Flow Compensation | 9011 CS Multiple Spin Echo | 9012 CS Multi-planar Excitation | 9014 CS Phase Contrast | 9015
     CS Time of Flight Contrast | 9016 CS Spoiling | 9017 CS Steady State Pulse Sequence | 9018 CS Echo Planar Pulse
     Sequence | 9019 FD Tag Angle First Axis | 9020 CS Magnetization Transfer | 9021 CS T2 Preparation | 9022 CS Blood
     Signal Nulling | 9024 CS Saturation Recovery | 9025 CS Spectrally Selected Suppression | 9026 CS Spectrally
     Selected Excitation | 9027 CS Spatial Pre-saturation | 9028 CS Tagging | 9029 CS Oversampling Phase | 9030 FD Tag
     Spacing First Dimension | 9032 CS Geometry of k-Space Traversal | 9033 CS Segmented k-Space Traversal | 9034 CS
     Rectilinear Phase Encode Reordering | 9035 FD Tag Thickness | 9036 CS Partial Fourier Direction | 9037 CS Cardiac
     Synchronization Technique | 9041 LO Receive Coil Manufacturer Name | 9042 SQ MR Receive Coil Sequence | 9043 CS
     Receive Coil Type | 9044 CS Quadrature Receive Coil | 9045 SQ Multi-Coil Definition Sequence | 9046 LO Multi-Coil
     Configuration | 9047 SH Multi-Coil Element Name | 9048 CS Multi-Coil Element Used | 9049 SQ MR Transmit Coil
     Sequence | 9050 LO Transmit Coil Manufacturer Name | 9051 CS Transmit Coil Type | 9052 FD Spectral Width | 9053
     FD Chemical Shift Reference | 9054 CS Volume Localization Technique | 9058 US MR Acquisition Frequency Encoding
     Steps | 9059 CS De-coupling | 9060 CS De-coupled Nucleus | 9061 FD De-coupling Frequency | 9062 CS De-coupling
     Method | 9063 FD De-coupling Chemical Shift Reference | 9064 CS k-space Filtering | 9065 CS Time Domain Filtering
     | 9066 US Number of Zero Fills | 9067 CS Baseline Correction | 9069 FD Parallel Reduction Factor In-plane | 9070
     FD Cardiac R-R Interval Specified | 9073 FD Acquisition Duration | 9074 DT Frame Acquisition DateTime | 9075 CS
     Diffusion Directionality | 9076 SQ Diffusion Gradient Direction Sequence | 9077 CS Parallel Acquisition | 9078 CS
     Parallel Acquisition Technique | 9079 FD Inversion Times | 9080 ST Metabolite Map Description | 9081 CS Partial
     Fourier | 9082 FD Effective Echo Time | 9083 SQ Metabolite Map Code Sequence | 9084 SQ Chemical Shift Sequence |
     9085 CS Cardiac Signal Source | 9087 FD Diffusion b-value | 9089 FD Diffusion Gradient Orientation | 9090 FD
     Velocity Encoding Direction | 9091 FD Velocity Encoding Minimum Value | 9092 SQ Velocity Encoding Acquisition
     Sequence | 9093 US Number of k-Space Trajectories | 9094 CS Coverage of k-Space | 9095 UL Spectroscopy
     Acquisition Phase Rows | 9096 FD Parallel Reduction Factor In-plane (Retired) | 9098 FD Transmitter Frequency |
     9100 CS Resonant Nucleus | 9101 CS Frequency Correction | 9103 SQ MR Spectroscopy FOV/Geometry Sequence | 9104 FD
     Slab Thickness | 9105 FD Slab Orientation | 9106 FD Mid Slab Position | 9107 SQ MR Spatial Saturation Sequence |
     9112 SQ MR Timing and Related Parameters Sequence | 9114 SQ MR Echo Sequence | 9115 SQ MR Modifier Sequence |
     9117 SQ MR Diffusion Sequence | 9118 SQ Cardiac Synchronization Sequence | 9119 SQ MR Averages Sequence | 9125 SQ
     MR FOV/Geometry Sequence | 9126 SQ Volume Localization Sequence | 9127 UL Spectroscopy Acquisition Data Columns |
     9147 CS Diffusion Anisotropy Type | 9151 DT Frame Reference DateTime | 9152 SQ MR Metabolite Map Sequence | 9155
     FD Parallel Reduction Factor out-of-plane | 9159 UL Spectroscopy Acquisition Out-of-plane Phase Steps | 9166 CS
     Bulk Motion Status | 9168 FD Parallel Reduction Factor Second In-plane | 9169 CS Cardiac Beat Rejection Technique
     | 9170 CS Respiratory Motion Compensation Technique | 9171 CS Respiratory Signal Source | 9172 CS Bulk Motion
     Compensation Technique | 9173 CS Bulk Motion Signal Source | 9174 CS Applicable Safety Standard Agency | 9175 LO
     Applicable Safety Standard Description | 9176 SQ Operating Mode Sequence | 9177 CS Operating Mode Type | 9178 CS
     Operating Mode | 9179 CS Specific Absorption Rate Definition | 9180 CS Gradient Output Type | 9181 FD Specific
     Absorption Rate Value | 9182 FD Gradient Output | 9183 CS Flow Compensation Direction | 9184 FD Tagging Delay |
     9185 ST Respiratory Motion Compensation Technique Description | 9186 SH Respiratory Signal Source ID | 9195 FD
     Chemical Shift Minimum Integration Limit in Hz | 9196 FD Chemical Shift Maximum Integration Limit in Hz | 9197 SQ
     MR Velocity Encoding Sequence | 9198 CS First Order Phase Correction | 9199 CS Water Referenced Phase Correction
     | 9200 CS MR Spectroscopy Acquisition Type | 9214 CS Respiratory Cycle Position | 9217 FD Velocity Encoding
     Maximum Value | 9218 FD Tag Spacing Second Dimension | 9219 SS Tag Angle Second Axis | 9220 FD Frame Acquisition
     Duration | 9226 SQ MR Image Frame Type Sequence | 9227 SQ MR Spectroscopy Frame Type Sequence | 9231 US MR
     Acquisition Phase Encoding Steps in-plane | 9232 US MR Acquisition Phase Encoding Steps out-of-plane | 9234 UL
     Spectroscopy Acquisition Phase Columns | 9236 CS Cardiac Cycle Position | 9239 SQ Specific Absorption Rate
     Sequence | 9240 US RF Echo Train Length | 9241 US Gradient Echo Train Length | 9250 CS Arterial Spin Labeling
     Contrast | 9251 SQ MR Arterial Spin Labeling Sequence | 9252 LO ASL Technique Description | 9253 US ASL Slab
     Number | 9254 FD ASL Slab Thickness | 9255 FD ASL Slab Orientation | 9256 FD ASL Mid Slab Position | 9257 CS ASL
     Context | 9258 UL ASL Pulse Train Duration | 9259 CS ASL Crusher Flag | 925a FD ASL Crusher Flow Limit | 925b LO
     ASL Crusher Description | 925c CS ASL Bolus Cut-off Flag | 925d SQ ASL Bolus Cut-off Timing Sequence | 925e LO
     ASL Bolus Cut-off Technique | 925f UL ASL Bolus Cut-off Delay Time | 9260 SQ ASL Slab Sequence | 9295 FD Chemical
     Shift Minimum Integration Limit in ppm | 9296 FD Chemical Shift Maximum Integration Limit in ppm | 9297 CS Water
     Reference Acquisition | 9298 IS Echo Peak Position | 9301 SQ CT Acquisition Type Sequence | 9302 CS Acquisition
     Type | 9303 FD Tube Angle | 9304 SQ CT Acquisition Details Sequence | 9305 FD Revolution Time | 9306 FD Single
     Collimation Width | 9307 FD Total Collimation Width | 9308 SQ CT Table Dynamics Sequence | 9309 FD Table Speed |
     9310 FD Table Feed per Rotation | 9311 FD Spiral Pitch Factor | 9312 SQ CT Geometry Sequence | 9313 FD Data
     Collection Center (Patient) | 9314 SQ CT Reconstruction Sequence | 9315 CS Reconstruction Algorithm | 9316 CS
     Convolution Kernel Group | 9317 FD Reconstruction Field of View | 9318 FD Reconstruction Target Center (Patient)
     | 9319 FD Reconstruction Angle | 9320 SH Image Filter | 9321 SQ CT Exposure Sequence | 9322 FD Reconstruction
     Pixel Spacing | 9323 CS Exposure Modulation Type | 9324 FD Estimated Dose Saving | 9325 SQ CT X-Ray Details
     Sequence | 9326 SQ CT Position Sequence | 9327 FD Table Position | 9328 FD Exposure Time in ms | 9329 SQ CT Image
     Frame Type Sequence | 9330 FD X-Ray Tube Current in mA | 9332 FD Exposure in mAs | 9333 CS Constant Volume Flag |
     9334 CS Fluoroscopy Flag | 9335 FD Distance Source to Data Collection Center | 9337 US Contrast/Bolus Agent
     Number | 9338 SQ Contrast/Bolus Ingredient Code Sequence | 9340 SQ Contrast Administration Profile Sequence |
     9341 SQ Contrast/Bolus Usage Sequence | 9342 CS Contrast/Bolus Agent Administered | 9343 CS Contrast/Bolus Agent
     Detected | 9344 CS Contrast/Bolus Agent Phase | 9345 FD CTDIvol | 9346 SQ CTDI Phantom Type Code Sequence | 9351
     FL Calcium Scoring Mass Factor Patient | 9352 FL Calcium Scoring Mass Factor Device | 9353 FL Energy Weighting
     Factor | 9360 SQ CT Additional X-Ray Source Sequence | 9361 CS Multi-energy CT Acquisition | 9362 SQ Multi-energy
     CT Acquisition Sequence | 9363 SQ Multi-energy CT Processing Sequence | 9364 SQ Multi-energy CT Characteristics
     Sequence | 9365 SQ Multi-energy CT X-Ray Source Sequence | 9366 US X-Ray Source Index | 9367 UC X-Ray Source ID |
     9368 CS Multi-energy Source Technique | 9369 DT Source Start DateTime | 936a DT Source End DateTime | 936b US
     Switching Phase Number | 936c DS Switching Phase Nominal Duration | 936d DS Switching Phase Transition Duration |
     936e DS Effective Bin Energy | 936f SQ Multi-energy CT X-Ray Detector Sequence | 9370 US X-Ray Detector Index |
     9371 UC X-Ray Detector ID | 9372 CS Multi-energy Detector Type | 9373 ST X-Ray Detector Label | 9374 DS Nominal
     Max Energy | 9375 DS Nominal Min Energy | 9376 US Referenced X-Ray Detector Index | 9377 US Referenced X-Ray
     Source Index | 9378 US Referenced Path Index | 9379 SQ Multi-energy CT Path Sequence | 937a US Multi-energy CT
     Path Index | 937b UT Multi-energy Acquisition Description | 937c FD Monoenergetic Energy Equivalent | 937d SQ
     Material Code Sequence | 937e CS Decomposition Method | 937f UT Decomposition Description | 9380 SQ Decomposition
     Algorithm Identification Sequence | 9381 SQ Decomposition Material Sequence | 9382 SQ Material Attenuation
     Sequence | 9383 DS Photon Energy | 9384 DS X-Ray Mass Attenuation Coefficient | 9401 SQ Projection Pixel
     Calibration Sequence | 9402 FL Distance Source to Isocenter | 9403 FL Distance Object to Table Top | 9404 FL
     Object Pixel Spacing in Center of Beam | 9405 SQ Positioner Position Sequence | 9406 SQ Table Position Sequence |
     9407 SQ Collimator Shape Sequence | 9410 CS Planes in Acquisition | 9412 SQ XA/XRF Frame Characteristics Sequence
     | 9417 SQ Frame Acquisition Sequence | 9420 CS X-Ray Receptor Type | 9423 LO Acquisition Protocol Name | 9424 LT
     Acquisition Protocol Description | 9425 CS Contrast/Bolus Ingredient Opaque | 9426 FL Distance Receptor Plane to
     Detector Housing | 9427 CS Intensifier Active Shape | 9428 FL Intensifier Active Dimension(s) | 9429 FL Physical
     Detector Size | 9430 FL Position of Isocenter Projection | 9432 SQ Field of View Sequence | 9433 LO Field of View
     Description | 9434 SQ Exposure Control Sensing Regions Sequence | 9435 CS Exposure Control Sensing Region Shape |
     9436 SS Exposure Control Sensing Region Left Vertical Edge | 9437 SS Exposure Control Sensing Region Right
     Vertical Edge | 9438 SS Exposure Control Sensing Region Upper Horizontal Edge | 9439 SS Exposure Control Sensing
     Region Lower Horizontal Edge | 9440 SS Center of Circular Exposure Control Sensing Region | 9441 US Radius of
     Circular Exposure Control Sensing Region | 9442 SS Vertices of the Polygonal Exposure Control Sensing Region |
     9445 OB Retired-blank | 9447 FL Column Angulation (Patient) | 9449 FL Beam Angle | 9451 SQ Frame Detector
     Parameters Sequence | 9452 FL Calculated Anatomy Thickness | 9455 SQ Calibration Sequence | 9456 SQ Object
     Thickness Sequence | 9457 CS Plane Identification | 9461 FL Field of View Dimension(s) in Float | 9462 SQ
     Isocenter Reference System Sequence | 9463 FL Positioner Isocenter Primary Angle | 9464 FL Positioner Isocenter
     Secondary Angle | 9465 FL Positioner Isocenter Detector Rotation Angle | 9466 FL Table X Position to Isocenter |
     9467 FL Table Y Position to Isocenter | 9468 FL Table Z Position to Isocenter | 9469 FL Table Horizontal Rotation
     Angle | 9470 FL Table Head Tilt Angle | 9471 FL Table Cradle Tilt Angle | 9472 SQ Frame Display Shutter Sequence
     | 9473 FL Acquired Image Area Dose Product | 9474 CS C-arm Positioner Tabletop Relationship | 9476 SQ X-Ray
     Geometry Sequence | 9477 SQ Irradiation Event Identification Sequence | 9504 SQ X-Ray 3D Frame Type Sequence |
     9506 SQ Contributing Sources Sequence | 9507 SQ X-Ray 3D Acquisition Sequence | 9508 FL Primary Positioner Scan
     Arc | 9509 FL Secondary Positioner Scan Arc | 9510 FL Primary Positioner Scan Start Angle | 9511 FL Secondary
     Positioner Scan Start Angle | 9514 FL Primary Positioner Increment | 9515 FL Secondary Positioner Increment |
     9516 DT Start Acquisition DateTime | 9517 DT End Acquisition DateTime | 9518 SS Primary Positioner Increment Sign
     | 9519 SS Secondary Positioner Increment Sign | 9524 LO Application Name | 9525 LO Application Version | 9526 LO
     Application Manufacturer | 9527 CS Algorithm Type | 9528 LO Algorithm Description | 9530 SQ X-Ray 3D
     Reconstruction Sequence | 9531 LO Reconstruction Description | 9538 SQ Per Projection Acquisition Sequence | 9541
     SQ Detector Position Sequence | 9542 SQ X-Ray Acquisition Dose Sequence | 9543 FD X-Ray Source Isocenter Primary
     Angle | 9544 FD X-Ray Source Isocenter Secondary Angle | 9545 FD Breast Support Isocenter Primary Angle | 9546 FD
     Breast Support Isocenter Secondary Angle | 9547 FD Breast Support X Position to Isocenter | 9548 FD Breast
     Support Y Position to Isocenter | 9549 FD Breast Support Z Position to Isocenter | 9550 FD Detector Isocenter
     Primary Angle | 9551 FD Detector Isocenter Secondary Angle | 9552 FD Detector X Position to Isocenter | 9553 FD
     Detector Y Position to Isocenter | 9554 FD Detector Z Position to Isocenter | 9555 SQ X-Ray Grid Sequence | 9556
     SQ X-Ray Filter Sequence | 9557 FD Detector Active Area TLHC Position | 9558 FD Detector Active Area Orientation
     | 9559 CS Positioner Primary Angle Direction | 9601 SQ Diffusion b-matrix Sequence | 9602 FD Diffusion b-value XX
     | 9603 FD Diffusion b-value XY | 9604 FD Diffusion b-value XZ | 9605 FD Diffusion b-value YY | 9606 FD Diffusion
     b-value YZ | 9607 FD Diffusion b-value ZZ | 9621 SQ Functional MR Sequence | 9622 CS Functional Settling Phase
     Frames Present | 9623 DT Functional Sync Pulse | 9624 CS Settling Phase Frame | 9701 DT Decay Correction DateTime
     | 9715 FD Start Density Threshold | 9716 FD Start Relative Density Difference Threshold | 9717 FD Start Cardiac
     Trigger Count Threshold | 9718 FD Start Respiratory Trigger Count Threshold | 9719 FD Termination Counts
     Threshold | 9720 FD Termination Density Threshold | 9721 FD Termination Relative Density Threshold | 9722 FD
     Termination Time Threshold | 9723 FD Termination Cardiac Trigger Count Threshold | 9724 FD Termination
     Respiratory Trigger Count Threshold | 9725 CS Detector Geometry | 9726 FD Transverse Detector Separation | 9727
     FD Axial Detector Dimension | 9729 US Radiopharmaceutical Agent Number | 9732 SQ PET Frame Acquisition Sequence |
     9733 SQ PET Detector Motion Details Sequence | 9734 SQ PET Table Dynamics Sequence | 9735 SQ PET Position
     Sequence | 9736 SQ PET Frame Correction Factors Sequence | 9737 SQ Radiopharmaceutical Usage Sequence | 9738 CS
     Attenuation Correction Source | 9739 US Number of Iterations | 9740 US Number of Subsets | 9749 SQ PET
     Reconstruction Sequence | 9751 SQ PET Frame Type Sequence | 9755 CS Time of Flight Information Used | 9756 CS
     Reconstruction Type | 9758 CS Decay Corrected | 9759 CS Attenuation Corrected | 9760 CS Scatter Corrected | 9761
     CS Dead Time Corrected | 9762 CS Gantry Motion Corrected | 9763 CS Patient Motion Corrected | 9764 CS Count Loss
     Normalization Corrected | 9765 CS Randoms Corrected | 9766 CS Non-uniform Radial Sampling Corrected | 9767 CS
     Sensitivity Calibrated | 9768 CS Detector Normalization Correction | 9769 CS Iterative Reconstruction Method |
     9770 CS Attenuation Correction Temporal Relationship | 9771 SQ Patient Physiological State Sequence | 9772 SQ
     Patient Physiological State Code Sequence | 9801 FD Depth(s) of Focus | 9803 SQ Excluded Intervals Sequence |
     9804 DT Exclusion Start DateTime | 9805 FD Exclusion Duration | 9806 SQ US Image Description Sequence | 9807 SQ
     Image Data Type Sequence | 9808 CS Data Type | 9809 SQ Transducer Scan Pattern Code Sequence | 980b CS Aliased
     Data Type | 980c CS Position Measuring Device Used | 980d SQ Transducer Geometry Code Sequence | 980e SQ
     Transducer Beam Steering Code Sequence | 980f SQ Transducer Application Code Sequence | 9810 US Zero Velocity
     Pixel Value | 9821 SQ Photoacoustic Excitation Characteristics Sequence | 9822 FD Excitation Spectral Width |
     9823 FD Excitation Energy | 9824 FD Excitation Pulse Duration | 9825 SQ Excitation Wavelength Sequence | 9826 FD
     Excitation Wavelength | 9828 CS Illumination Translation Flag | 9829 CS Acoustic Coupling Medium Flag | 982a SQ
     Acoustic Coupling Medium Code Sequence | 982b FD Acoustic Coupling Medium Temperature | 982c SQ Transducer
     Response Sequence | 982d FD Center Frequency | 982e FD Fractional Bandwidth | 982f FD Lower Cutoff Frequency |
     9830 FD Upper Cutoff Frequency | 9831 SQ Transducer Technology Sequence | 9832 SQ Sound Speed Correction
     Mechanism Code Sequence | 9833 FD Object Sound Speed | 9834 FD Acoustic Coupling Medium Sound Speed | 9835 SQ
     Photoacoustic Image Frame Type Sequence | 9836 SQ Image Data Type Code Sequence | 9900 LO Reference Location
     Label | 9901 UT Reference Location Description | 9902 SQ Reference Basis Code Sequence | 9903 SQ Reference
     Geometry Code Sequence | 9904 DS Offset Distance | 9905 CS Offset Direction | 9906 SQ Potential Scheduled
     Protocol Code Sequence | 9907 SQ Potential Requested Procedure Code Sequence | 9908 UC Potential Reasons for
     Procedure | 9909 SQ Potential Reasons for Procedure Code Sequence | 990a UC Potential Diagnostic Tasks | 990b SQ
     Contraindications Code Sequence | 990c SQ Referenced Defined Protocol Sequence | 990d SQ Referenced Performed
     Protocol Sequence | 990e SQ Predecessor Protocol Sequence | 990f UT Protocol Planning Information | 9910 UT
     Protocol Design Rationale | 9911 SQ Patient Specification Sequence | 9912 SQ Model Specification Sequence | 9913
     SQ Parameters Specification Sequence | 9914 SQ Instruction Sequence | 9915 US Instruction Index | 9916 LO
     Instruction Text | 9917 UT Instruction Description | 9918 CS Instruction Performed Flag | 9919 DT Instruction
     Performed DateTime | 991a UT Instruction Performance Comment | 991b SQ Patient Positioning Instruction Sequence |
     991c SQ Positioning Method Code Sequence | 991d SQ Positioning Landmark Sequence | 991e UI Target Frame of
     Reference UID | 991f SQ Acquisition Protocol Element Specification Sequence | 9920 SQ Acquisition Protocol
     Element Sequence | 9921 US Protocol Element Number | 9922 LO Protocol Element Name | 9923 UT Protocol Element
     Characteristics Summary | 9924 UT Protocol Element Purpose | 9930 CS Acquisition Motion | 9931 SQ Acquisition
     Start Location Sequence | 9932 SQ Acquisition End Location Sequence | 9933 SQ Reconstruction Protocol Element
     Specification Sequence | 9934 SQ Reconstruction Protocol Element Sequence | 9935 SQ Storage Protocol Element
     Specification Sequence | 9936 SQ Storage Protocol Element Sequence | 9937 LO Requested Series Description | 9938
     US Source Acquisition Protocol Element Number | 9939 US Source Acquisition Beam Number | 993a US Source
     Reconstruction Protocol Element Number | 993b SQ Reconstruction Start Location Sequence | 993c SQ Reconstruction
     End Location Sequence | 993d SQ Reconstruction Algorithm Sequence | 993e SQ Reconstruction Target Center Location
     Sequence | 9941 UT Image Filter Description | 9942 FD CTDIvol Notification Trigger | 9943 FD DLP Notification
     Trigger | 9944 CS Auto KVP Selection Type | 9945 FD Auto KVP Upper Bound | 9946 FD Auto KVP Lower Bound | 9947 CS
     Protocol Defined Patient Position | a001 SQ Contributing Equipment Sequence | a002 DT Contribution DateTime |
     a003 ST Contribution Description
0020: 000d UI Study Instance UID | 000e UI Series Instance UID | 0010 SH Study ID | 0011 IS Series Number | 0012 IS
     Acquisition Number | 0013 IS Instance Number | 0014 IS Isotope Number | 0015 IS Phase Number | 0016 IS Interval
     Number | 0017 IS Time Slot Number | 0018 IS Angle Number | 0019 IS Item Number | 0020 CS Patient Orientation |
     0022 IS Overlay Number | 0024 IS Curve Number | 0026 IS LUT Number | 0027 LO Pyramid Label | 0030 DS Image
     Position | 0032 DS Image Position (Patient) | 0035 DS Image Orientation | 0037 DS Image Orientation (Patient) |
     0050 DS Location | 0052 UI Frame of Reference UID | 0060 CS Laterality | 0062 CS Image Laterality | 0070 LO Image
     Geometry Type | 0080 CS Masking Image | 00aa IS Report Number | 0100 IS Temporal Position Identifier | 0105 IS
     Number of Temporal Positions | 0110 DS Temporal Resolution | 0200 UI Synchronization Frame of Reference UID |
     0242 UI SOP Instance UID of Concatenation Source | 1000 IS Series in Study | 1001 IS Acquisitions in Series |
     1002 IS Images in Acquisition | 1003 IS Images in Series | 1004 IS Acquisitions in Study | 1005 IS Images in
     Study | 1020 LO Reference | 103f LO Target Position Reference Indicator | 1040 LO Position Reference Indicator |
     1041 DS Slice Location | 1070 IS Other Study Numbers | 1200 IS Number of Patient Related Studies | 1202 IS Number
     of Patient Related Series | 1204 IS Number of Patient Related Instances | 1206 IS Number of Study Related Series
     | 1208 IS Number of Study Related Instances | 1209 IS Number of Series Related Instances | 3401 CS Modifying
     Device ID | 3402 CS Modified Image ID | 3403 DA Modified Image Date | 3404 LO Modifying Device Manufacturer |
     3405 TM Modified Image Time | 3406 LO Modified Image Description | 4000 LT Image Comments | 5000 AT Original
     Image Identification | 5002 LO Original Image Identification Nomenclature | 9056 SH Stack ID | 9057 UL In-Stack
     Position Number | 9071 SQ Frame Anatomy Sequence | 9072 CS Frame Laterality | 9111 SQ Frame Content Sequence |
     9113 SQ Plane Position Sequence | 9116 SQ Plane Orientation Sequence | 9128 UL Temporal Position Index | 9153 FD
     Nominal Cardiac Trigger Delay Time | 9154 FL Nominal Cardiac Trigger Time Prior To R-Peak | 9155 FL Actual
     Cardiac Trigger Time Prior To R-Peak | 9156 US Frame Acquisition Number | 9157 UL Dimension Index Values | 9158
     LT Frame Comments | 9161 UI Concatenation UID | 9162 US In-concatenation Number | 9163 US In-concatenation Total
     Number | 9164 UI Dimension Organization UID | 9165 AT Dimension Index Pointer | 9167 AT Functional Group Pointer
     | 9170 SQ Unassigned Shared Converted Attributes Sequence | 9171 SQ Unassigned Per-Frame Converted Attributes
     Sequence | 9172 SQ Conversion Source Attributes Sequence | 9213 LO Dimension Index Private Creator | 9221 SQ
     Dimension Organization Sequence | 9222 SQ Dimension Index Sequence | 9228 UL Concatenation Frame Offset Number |
     9238 LO Functional Group Private Creator | 9241 FL Nominal Percentage of Cardiac Phase | 9245 FL Nominal
     Percentage of Respiratory Phase | 9246 FL Starting Respiratory Amplitude | 9247 CS Starting Respiratory Phase |
     9248 FL Ending Respiratory Amplitude | 9249 CS Ending Respiratory Phase | 9250 CS Respiratory Trigger Type | 9251
     FD R-R Interval Time Nominal | 9252 FD Actual Cardiac Trigger Delay Time | 9253 SQ Respiratory Synchronization
     Sequence | 9254 FD Respiratory Interval Time | 9255 FD Nominal Respiratory Trigger Delay Time | 9256 FD
     Respiratory Trigger Delay Threshold | 9257 FD Actual Respiratory Trigger Delay Time | 9301 FD Image Position
     (Volume) | 9302 FD Image Orientation (Volume) | 9307 CS Ultrasound Acquisition Geometry | 9308 FD Apex Position |
     9309 FD Volume to Transducer Mapping Matrix | 930a FD Volume to Table Mapping Matrix | 930b CS Volume to
     Transducer Relationship | 930c CS Patient Frame of Reference Source | 930d FD Temporal Position Time Offset |
     930e SQ Plane Position (Volume) Sequence | 930f SQ Plane Orientation (Volume) Sequence | 9310 SQ Temporal
     Position Sequence | 9311 CS Dimension Organization Type | 9312 UI Volume Frame of Reference UID | 9313 UI Table
     Frame of Reference UID | 9421 LO Dimension Description Label | 9450 SQ Patient Orientation in Frame Sequence |
     9453 LO Frame Label | 9518 US Acquisition Index | 9529 SQ Contributing SOP Instances Reference Sequence | 9536 US
     Reconstruction Index
0022: 0001 US Light Path Filter Pass-Through Wavelength | 0002 US Light Path Filter Pass Band | 0003 US Image Path
     Filter Pass-Through Wavelength | 0004 US Image Path Filter Pass Band | 0005 CS Patient Eye Movement Commanded |
     0006 SQ Patient Eye Movement Command Code Sequence | 0007 FL Spherical Lens Power | 0008 FL Cylinder Lens Power |
     0009 FL Cylinder Axis | 000a FL Emmetropic Magnification | 000b FL Intra Ocular Pressure | 000c FL Horizontal
     Field of View | 000d CS Pupil Dilated | 000e FL Degree of Dilation | 000f FD Vertex Distance | 0010 FL Stereo
     Baseline Angle | 0011 FL Stereo Baseline Displacement | 0012 FL Stereo Horizontal Pixel Offset | 0013 FL Stereo
     Vertical Pixel Offset | 0014 FL Stereo Rotation | 0015 SQ Acquisition Device Type Code Sequence | 0016 SQ
     Illumination Type Code Sequence | 0017 SQ Light Path Filter Type Stack Code Sequence | 0018 SQ Image Path Filter
     Type Stack Code Sequence | 0019 SQ Lenses Code Sequence | 001a SQ Channel Description Code Sequence | 001b SQ
     Refractive State Sequence | 001c SQ Mydriatic Agent Code Sequence | 001d SQ Relative Image Position Code Sequence
     | 001e FL Camera Angle of View | 0020 SQ Stereo Pairs Sequence | 0021 SQ Left Image Sequence | 0022 SQ Right
     Image Sequence | 0028 CS Stereo Pairs Present | 0030 FL Axial Length of the Eye | 0031 SQ Ophthalmic Frame
     Location Sequence | 0032 FL Reference Coordinates | 0035 FL Depth Spatial Resolution | 0036 FL Maximum Depth
     Distortion | 0037 FL Along-scan Spatial Resolution | 0038 FL Maximum Along-scan Distortion | 0039 CS Ophthalmic
     Image Orientation | 0041 FL Depth of Transverse Image | 0042 SQ Mydriatic Agent Concentration Units Sequence |
     0048 FL Across-scan Spatial Resolution | 0049 FL Maximum Across-scan Distortion | 004e DS Mydriatic Agent
     Concentration | 0055 FL Illumination Wave Length | 0056 FL Illumination Power | 0057 FL Illumination Bandwidth |
     0058 SQ Mydriatic Agent Sequence | 1007 SQ Ophthalmic Axial Measurements Right Eye Sequence | 1008 SQ Ophthalmic
     Axial Measurements Left Eye Sequence | 1009 CS Ophthalmic Axial Measurements Device Type | 1010 CS Ophthalmic
     Axial Length Measurements Type | 1012 SQ Ophthalmic Axial Length Sequence | 1019 FL Ophthalmic Axial Length |
     1024 SQ Lens Status Code Sequence | 1025 SQ Vitreous Status Code Sequence | 1028 SQ IOL Formula Code Sequence |
     1029 LO IOL Formula Detail | 1033 FL Keratometer Index | 1035 SQ Source of Ophthalmic Axial Length Code Sequence
     | 1036 SQ Source of Corneal Size Data Code Sequence | 1037 FL Target Refraction | 1039 CS Refractive Procedure
     Occurred | 1040 SQ Refractive Surgery Type Code Sequence | 1044 SQ Ophthalmic Ultrasound Method Code Sequence |
     1045 SQ Surgically Induced Astigmatism Sequence | 1046 CS Type of Optical Correction | 1047 SQ Toric IOL Power
     Sequence | 1048 SQ Predicted Toric Error Sequence | 1049 CS Pre-Selected for Implantation | 104a SQ Toric IOL
     Power for Exact Emmetropia Sequence | 104b SQ Toric IOL Power for Exact Target Refraction Sequence | 1050 SQ
     Ophthalmic Axial Length Measurements Sequence | 1053 FL IOL Power | 1054 FL Predicted Refractive Error | 1059 FL
     Ophthalmic Axial Length Velocity | 1065 LO Lens Status Description | 1066 LO Vitreous Status Description | 1090
     SQ IOL Power Sequence | 1092 SQ Lens Constant Sequence | 1093 LO IOL Manufacturer | 1094 LO Lens Constant
     Description | 1095 LO Implant Name | 1096 SQ Keratometry Measurement Type Code Sequence | 1097 LO Implant Part
     Number | 1100 SQ Referenced Ophthalmic Axial Measurements Sequence | 1101 SQ Ophthalmic Axial Length Measurements
     Segment Name Code Sequence | 1103 SQ Refractive Error Before Refractive Surgery Code Sequence | 1121 FL IOL Power
     For Exact Emmetropia | 1122 FL IOL Power For Exact Target Refraction | 1125 SQ Anterior Chamber Depth Definition
     Code Sequence | 1127 SQ Lens Thickness Sequence | 1128 SQ Anterior Chamber Depth Sequence | 112a SQ Calculation
     Comment Sequence | 112b CS Calculation Comment Type | 112c LT Calculation Comment | 1130 FL Lens Thickness | 1131
     FL Anterior Chamber Depth | 1132 SQ Source of Lens Thickness Data Code Sequence | 1133 SQ Source of Anterior
     Chamber Depth Data Code Sequence | 1134 SQ Source of Refractive Measurements Sequence | 1135 SQ Source of
     Refractive Measurements Code Sequence | 1140 CS Ophthalmic Axial Length Measurement Modified | 1150 SQ Ophthalmic
     Axial Length Data Source Code Sequence | 1153 SQ Ophthalmic Axial Length Acquisition Method Code Sequence | 1155
     FL Signal to Noise Ratio | 1159 LO Ophthalmic Axial Length Data Source Description | 1210 SQ Ophthalmic Axial
     Length Measurements Total Length Sequence | 1211 SQ Ophthalmic Axial Length Measurements Segmental Length
     Sequence | 1212 SQ Ophthalmic Axial Length Measurements Length Summation Sequence | 1220 SQ Ultrasound Ophthalmic
     Axial Length Measurements Sequence | 1225 SQ Optical Ophthalmic Axial Length Measurements Sequence | 1230 SQ
     Ultrasound Selected Ophthalmic Axial Length Sequence | 1250 SQ Ophthalmic Axial Length Selection Method Code
     Sequence | 1255 SQ Optical Selected Ophthalmic Axial Length Sequence | 1257 SQ Selected Segmental Ophthalmic
     Axial Length Sequence | 1260 SQ Selected Total Ophthalmic Axial Length Sequence | 1262 SQ Ophthalmic Axial Length
     Quality Metric Sequence | 1265 SQ Ophthalmic Axial Length Quality Metric Type Code Sequence | 1273 LO Ophthalmic
     Axial Length Quality Metric Type Description | 1300 SQ Intraocular Lens Calculations Right Eye Sequence | 1310 SQ
     Intraocular Lens Calculations Left Eye Sequence | 1330 SQ Referenced Ophthalmic Axial Length Measurement QC Image
     Sequence | 1415 CS Ophthalmic Mapping Device Type | 1420 SQ Acquisition Method Code Sequence | 1423 SQ
     Acquisition Method Algorithm Sequence | 1436 SQ Ophthalmic Thickness Map Type Code Sequence | 1443 SQ Ophthalmic
     Thickness Mapping Normals Sequence | 1445 SQ Retinal Thickness Definition Code Sequence | 1450 SQ Pixel Value
     Mapping to Coded Concept Sequence | 1452 US Mapped Pixel Value | 1454 LO Pixel Value Mapping Explanation | 1458
     SQ Ophthalmic Thickness Map Quality Threshold Sequence | 1460 FL Ophthalmic Thickness Map Threshold Quality
     Rating | 1463 FL Anatomic Structure Reference Point | 1465 SQ Registration to Localizer Sequence | 1466 CS
     Registered Localizer Units | 1467 FL Registered Localizer Top Left Hand Corner | 1468 FL Registered Localizer
     Bottom Right Hand Corner | 1470 SQ Ophthalmic Thickness Map Quality Rating Sequence | 1472 SQ Relevant OPT
     Attributes Sequence | 1512 SQ Transformation Method Code Sequence | 1513 SQ Transformation Algorithm Sequence |
     1515 CS Ophthalmic Axial Length Method | 1517 FL Ophthalmic FOV | 1518 SQ Two Dimensional to Three Dimensional
     Map Sequence | 1525 SQ Wide Field Ophthalmic Photography Quality Rating Sequence | 1526 SQ Wide Field Ophthalmic
     Photography Quality Threshold Sequence | 1527 FL Wide Field Ophthalmic Photography Threshold Quality Rating |
     1528 FL X Coordinates Center Pixel View Angle | 1529 FL Y Coordinates Center Pixel View Angle | 1530 UL Number of
     Map Points | 1531 OF Two Dimensional to Three Dimensional Map Data | 1612 SQ Derivation Algorithm Sequence | 1615
     SQ Ophthalmic Image Type Code Sequence | 1616 LO Ophthalmic Image Type Description | 1618 SQ Scan Pattern Type
     Code Sequence | 1620 SQ Referenced Surface Mesh Identification Sequence | 1622 CS Ophthalmic Volumetric
     Properties Flag | 1624 FL Ophthalmic Anatomic Reference Point X-Coordinate | 1626 FL Ophthalmic Anatomic
     Reference Point Y-Coordinate | 1628 SQ Ophthalmic En Face Image Quality Rating Sequence | 1630 DS Quality
     Threshold | 1640 SQ OCT B-scan Analysis Acquisition Parameters Sequence | 1642 UL Number of B-scans Per Frame |
     1643 FL B-scan Slab Thickness | 1644 FL Distance Between B-scan Slabs | 1645 FL B-scan Cycle Time | 1646 FL
     B-scan Cycle Time Vector | 1649 FL A-scan Rate | 1650 FL B-scan Rate | 1658 UL Surface Mesh Z-Pixel Offset
0024: 0010 FL Visual Field Horizontal Extent | 0011 FL Visual Field Vertical Extent | 0012 CS Visual Field Shape |
     0016 SQ Screening Test Mode Code Sequence | 0018 FL Maximum Stimulus Luminance | 0020 FL Background Luminance |
     0021 SQ Stimulus Color Code Sequence | 0024 SQ Background Illumination Color Code Sequence | 0025 FL Stimulus
     Area | 0028 FL Stimulus Presentation Time | 0032 SQ Fixation Sequence | 0033 SQ Fixation Monitoring Code Sequence
     | 0034 SQ Visual Field Catch Trial Sequence | 0035 US Fixation Checked Quantity | 0036 US Patient Not Properly
     Fixated Quantity | 0037 CS Presented Visual Stimuli Data Flag | 0038 US Number of Visual Stimuli | 0039 CS
     Excessive Fixation Losses Data Flag | 0040 CS Excessive Fixation Losses | 0042 US Stimuli Retesting Quantity |
     0044 LT Comments on Patient's Performance of Visual Field | 0045 CS False Negatives Estimate Flag | 0046 FL False
     Negatives Estimate | 0048 US Negative Catch Trials Quantity | 0050 US False Negatives Quantity | 0051 CS
     Excessive False Negatives Data Flag | 0052 CS Excessive False Negatives | 0053 CS False Positives Estimate Flag |
     0054 FL False Positives Estimate | 0055 CS Catch Trials Data Flag | 0056 US Positive Catch Trials Quantity | 0057
     CS Test Point Normals Data Flag | 0058 SQ Test Point Normals Sequence | 0059 CS Global Deviation Probability
     Normals Flag | 0060 US False Positives Quantity | 0061 CS Excessive False Positives Data Flag | 0062 CS Excessive
     False Positives | 0063 CS Visual Field Test Normals Flag | 0064 SQ Results Normals Sequence | 0065 SQ Age
     Corrected Sensitivity Deviation Algorithm Sequence | 0066 FL Global Deviation From Normal | 0067 SQ Generalized
     Defect Sensitivity Deviation Algorithm Sequence | 0068 FL Localized Deviation From Normal | 0069 LO Patient
     Reliability Indicator | 0070 FL Visual Field Mean Sensitivity | 0071 FL Global Deviation Probability | 0072 CS
     Local Deviation Probability Normals Flag | 0073 FL Localized Deviation Probability | 0074 CS Short Term
     Fluctuation Calculated | 0075 FL Short Term Fluctuation | 0076 CS Short Term Fluctuation Probability Calculated |
     0077 FL Short Term Fluctuation Probability | 0078 CS Corrected Localized Deviation From Normal Calculated | 0079
     FL Corrected Localized Deviation From Normal | 0080 CS Corrected Localized Deviation From Normal Probability
     Calculated | 0081 FL Corrected Localized Deviation From Normal Probability | 0083 SQ Global Deviation Probability
     Sequence | 0085 SQ Localized Deviation Probability Sequence | 0086 CS Foveal Sensitivity Measured | 0087 FL
     Foveal Sensitivity | 0088 FL Visual Field Test Duration | 0089 SQ Visual Field Test Point Sequence | 0090 FL
     Visual Field Test Point X-Coordinate | 0091 FL Visual Field Test Point Y-Coordinate | 0092 FL Age Corrected
     Sensitivity Deviation Value | 0093 CS Stimulus Results | 0094 FL Sensitivity Value | 0095 CS Retest Stimulus Seen
     | 0096 FL Retest Sensitivity Value | 0097 SQ Visual Field Test Point Normals Sequence | 0098 FL Quantified Defect
     | 0100 FL Age Corrected Sensitivity Deviation Probability Value | 0102 CS Generalized Defect Corrected
     Sensitivity Deviation Flag | 0103 FL Generalized Defect Corrected Sensitivity Deviation Value | 0104 FL
     Generalized Defect Corrected Sensitivity Deviation Probability Value | 0105 FL Minimum Sensitivity Value | 0106
     CS Blind Spot Localized | 0107 FL Blind Spot X-Coordinate | 0108 FL Blind Spot Y-Coordinate | 0110 SQ Visual
     Acuity Measurement Sequence | 0112 SQ Refractive Parameters Used on Patient Sequence | 0113 CS Measurement
     Laterality | 0114 SQ Ophthalmic Patient Clinical Information Left Eye Sequence | 0115 SQ Ophthalmic Patient
     Clinical Information Right Eye Sequence | 0117 CS Foveal Point Normative Data Flag | 0118 FL Foveal Point
     Probability Value | 0120 CS Screening Baseline Measured | 0122 SQ Screening Baseline Measured Sequence | 0124 CS
     Screening Baseline Type | 0126 FL Screening Baseline Value | 0202 LO Algorithm Source | 0306 LO Data Set Name |
     0307 LO Data Set Version | 0308 LO Data Set Source | 0309 LO Data Set Description | 0317 SQ Visual Field Test
     Reliability Global Index Sequence | 0320 SQ Visual Field Global Results Index Sequence | 0325 SQ Data Observation
     Sequence | 0338 CS Index Normals Flag | 0341 FL Index Probability | 0344 SQ Index Probability Sequence
0028: 0002 US Samples per Pixel | 0003 US Samples per Pixel Used | 0004 CS Photometric Interpretation | 0005 US Image
     Dimensions | 0006 US Planar Configuration | 0008 IS Number of Frames | 0009 AT Frame Increment Pointer | 000a AT
     Frame Dimension Pointer | 0010 US Rows | 0011 US Columns | 0012 US Planes | 0014 US Ultrasound Color Data Present
     | 0020 OB Retired-blank | 0030 DS Pixel Spacing | 0031 DS Zoom Factor | 0032 DS Zoom Center | 0034 IS Pixel
     Aspect Ratio | 0040 CS Image Format | 0050 LO Manipulated Image | 0051 CS Corrected Image | 005f LO Compression
     Recognition Code | 0060 CS Compression Code | 0061 SH Compression Originator | 0062 LO Compression Label | 0063
     SH Compression Description | 0065 CS Compression Sequence | 0066 AT Compression Step Pointers | 0068 US Repeat
     Interval | 0069 US Bits Grouped | 0070 US Perimeter Table | 0071 US Perimeter Value | 0080 US Predictor Rows |
     0081 US Predictor Columns | 0082 US Predictor Constants | 0090 CS Blocked Pixels | 0091 US Block Rows | 0092 US
     Block Columns | 0093 US Row Overlap | 0094 US Column Overlap | 0100 US Bits Allocated | 0101 US Bits Stored |
     0102 US High Bit | 0103 US Pixel Representation | 0104 US Smallest Valid Pixel Value | 0105 US Largest Valid
     Pixel Value | 0106 US Smallest Image Pixel Value | 0107 US Largest Image Pixel Value | 0108 US Smallest Pixel
     Value in Series | 0109 US Largest Pixel Value in Series | 0110 US Smallest Image Pixel Value in Plane | 0111 US
     Largest Image Pixel Value in Plane | 0120 US Pixel Padding Value | 0121 US Pixel Padding Range Limit | 0122 FL
     Float Pixel Padding Value | 0123 FD Double Float Pixel Padding Value | 0124 FL Float Pixel Padding Range Limit |
     0125 FD Double Float Pixel Padding Range Limit | 0200 US Image Location | 0300 CS Quality Control Image | 0301 CS
     Burned In Annotation | 0302 CS Recognizable Visual Features | 0303 CS Longitudinal Temporal Information Modified
     | 0304 UI Referenced Color Palette Instance UID | 0400 LO Transform Label | 0401 LO Transform Version Number |
     0402 US Number of Transform Steps | 0403 LO Sequence of Compressed Data | 0404 AT Details of Coefficients | 0700
     LO DCT Label | 0701 CS Data Block Description | 0702 AT Data Block | 0710 US Normalization Factor Format | 0720
     US Zonal Map Number Format | 0721 AT Zonal Map Location | 0722 US Zonal Map Format | 0730 US Adaptive Map Format
     | 0740 US Code Number Format | 0a02 CS Pixel Spacing Calibration Type | 0a04 LO Pixel Spacing Calibration
     Description | 1040 CS Pixel Intensity Relationship | 1041 SS Pixel Intensity Relationship Sign | 1050 DS Window
     Center | 1051 DS Window Width | 1052 DS Rescale Intercept | 1053 DS Rescale Slope | 1054 LO Rescale Type | 1055
     LO Window Center & Width Explanation | 1056 CS VOI LUT Function | 1080 CS Gray Scale | 1090 CS Recommended
     Viewing Mode | 1100 US Gray Lookup Table Descriptor | 1101 US Red Palette Color Lookup Table Descriptor | 1102 US
     Green Palette Color Lookup Table Descriptor | 1103 US Blue Palette Color Lookup Table Descriptor | 1104 US Alpha
     Palette Color Lookup Table Descriptor | 1111 US Large Red Palette Color Lookup Table Descriptor | 1112 US Large
     Green Palette Color Lookup Table Descriptor | 1113 US Large Blue Palette Color Lookup Table Descriptor | 1199 UI
     Palette Color Lookup Table UID | 1200 US Gray Lookup Table Data | 1201 OW Red Palette Color Lookup Table Data |
     1202 OW Green Palette Color Lookup Table Data | 1203 OW Blue Palette Color Lookup Table Data | 1204 OW Alpha
     Palette Color Lookup Table Data | 1211 OW Large Red Palette Color Lookup Table Data | 1212 OW Large Green Palette
     Color Lookup Table Data | 1213 OW Large Blue Palette Color Lookup Table Data | 1214 UI Large Palette Color Lookup
     Table UID | 1221 OW Segmented Red Palette Color Lookup Table Data | 1222 OW Segmented Green Palette Color Lookup
     Table Data | 1223 OW Segmented Blue Palette Color Lookup Table Data | 1224 OW Segmented Alpha Palette Color
     Lookup Table Data | 1230 SQ Stored Value Color Range Sequence | 1231 FD Minimum Stored Value Mapped | 1232 FD
     Maximum Stored Value Mapped | 1300 CS Breast Implant Present | 1350 CS Partial View | 1351 ST Partial View
     Description | 1352 SQ Partial View Code Sequence | 135a CS Spatial Locations Preserved | 1401 SQ Data Frame
     Assignment Sequence | 1402 CS Data Path Assignment | 1403 US Bits Mapped to Color Lookup Table | 1404 SQ Blending
     LUT 1 Sequence | 1405 CS Blending LUT 1 Transfer Function | 1406 FD Blending Weight Constant | 1407 US Blending
     Lookup Table Descriptor | 1408 OW Blending Lookup Table Data | 140b SQ Enhanced Palette Color Lookup Table
     Sequence | 140c SQ Blending LUT 2 Sequence | 140d CS Blending LUT 2 Transfer Function | 140e CS Data Path ID |
     140f CS RGB LUT Transfer Function | 1410 CS Alpha LUT Transfer Function | 2000 OB ICC Profile | 2002 CS Color
     Space | 2110 CS Lossy Image Compression | 2112 DS Lossy Image Compression Ratio | 2114 CS Lossy Image Compression
     Method | 3000 SQ Modality LUT Sequence | 3001 SQ Variable Modality LUT Sequence | 3002 US LUT Descriptor | 3003
     LO LUT Explanation | 3004 LO Modality LUT Type | 3006 US LUT Data | 3010 SQ VOI LUT Sequence | 3110 SQ Softcopy
     VOI LUT Sequence | 4000 LT Image Presentation Comments | 5000 SQ Bi-Plane Acquisition Sequence | 6010 US
     Representative Frame Number | 6020 US Frame Numbers of Interest (FOI) | 6022 LO Frame of Interest Description |
     6023 CS Frame of Interest Type | 6030 US Mask Pointer(s) | 6040 US R Wave Pointer | 6100 SQ Mask Subtraction
     Sequence | 6101 CS Mask Operation | 6102 US Applicable Frame Range | 6110 US Mask Frame Numbers | 6112 US
     Contrast Frame Averaging | 6114 FL Mask Sub-pixel Shift | 6120 SS TID Offset | 6190 ST Mask Operation Explanation
     | 7000 SQ Equipment Administrator Sequence | 7001 US Number of Display Subsystems | 7002 US Current Configuration
     ID | 7003 US Display Subsystem ID | 7004 SH Display Subsystem Name | 7005 LO Display Subsystem Description | 7006
     CS System Status | 7007 LO System Status Comment | 7008 SQ Target Luminance Characteristics Sequence | 7009 US
     Luminance Characteristics ID | 700a SQ Display Subsystem Configuration Sequence | 700b US Configuration ID | 700c
     SH Configuration Name | 700d LO Configuration Description | 700e US Referenced Target Luminance Characteristics
     ID | 700f SQ QA Results Sequence | 7010 SQ Display Subsystem QA Results Sequence | 7011 SQ Configuration QA
     Results Sequence | 7012 SQ Measurement Equipment Sequence | 7013 CS Measurement Functions | 7014 CS Measurement
     Equipment Type | 7015 SQ Visual Evaluation Result Sequence | 7016 SQ Display Calibration Result Sequence | 7017
     US DDL Value | 7018 FL CIExy White Point | 7019 CS Display Function Type | 701a FL Gamma Value | 701b US Number
     of Luminance Points | 701c SQ Luminance Response Sequence | 701d FL Target Minimum Luminance | 701e FL Target
     Maximum Luminance | 701f FL Luminance Value | 7020 LO Luminance Response Description | 7021 CS White Point Flag |
     7022 SQ Display Device Type Code Sequence | 7023 SQ Display Subsystem Sequence | 7024 SQ Luminance Result
     Sequence | 7025 CS Ambient Light Value Source | 7026 CS Measured Characteristics | 7027 SQ Luminance Uniformity
     Result Sequence | 7028 SQ Visual Evaluation Test Sequence | 7029 CS Test Result | 702a LO Test Result Comment |
     702b CS Test Image Validation | 702c SQ Test Pattern Code Sequence | 702d SQ Measurement Pattern Code Sequence |
     702e SQ Visual Evaluation Method Code Sequence | 7fe0 UR Pixel Data Provider URL | 9001 UL Data Point Rows | 9002
     UL Data Point Columns | 9003 CS Signal Domain Columns | 9099 US Largest Monochrome Pixel Value | 9108 CS Data
     Representation | 9110 SQ Pixel Measures Sequence | 9132 SQ Frame VOI LUT Sequence | 9145 SQ Pixel Value
     Transformation Sequence | 9235 CS Signal Domain Rows | 9411 FL Display Filter Percentage | 9415 SQ Frame Pixel
     Shift Sequence | 9416 US Subtraction Item ID | 9422 SQ Pixel Intensity Relationship LUT Sequence | 9443 SQ Frame
     Pixel Data Properties Sequence | 9444 CS Geometrical Properties | 9445 FL Geometric Maximum Distortion | 9446 CS
     Image Processing Applied | 9454 CS Mask Selection Mode | 9474 CS LUT Function | 9478 FL Mask Visibility
     Percentage | 9501 SQ Pixel Shift Sequence | 9502 SQ Region Pixel Shift Sequence | 9503 SS Vertices of the Region
     | 9505 SQ Multi-frame Presentation Sequence | 9506 US Pixel Shift Frame Range | 9507 US LUT Frame Range | 9520 DS
     Image to Equipment Mapping Matrix | 9537 CS Equipment Coordinate System Identification
0032: 000a CS Study Status ID | 000c CS Study Priority ID | 0012 LO Study ID Issuer | 0032 DA Study Verified Date |
     0033 TM Study Verified Time | 0034 DA Study Read Date | 0035 TM Study Read Time | 1000 DA Scheduled Study Start
     Date | 1001 TM Scheduled Study Start Time | 1010 DA Scheduled Study Stop Date | 1011 TM Scheduled Study Stop Time
     | 1020 LO Scheduled Study Location | 1021 AE Scheduled Study Location AE Title | 1030 LO Reason for Study | 1031
     SQ Requesting Physician Identification Sequence | 1032 PN Requesting Physician | 1033 LO Requesting Service |
     1034 SQ Requesting Service Code Sequence | 1040 DA Study Arrival Date | 1041 TM Study Arrival Time | 1050 DA
     Study Completion Date | 1051 TM Study Completion Time | 1055 CS Study Component Status ID | 1060 LO Requested
     Procedure Description | 1064 SQ Requested Procedure Code Sequence | 1065 SQ Requested Laterality Code Sequence |
     1066 UT Reason for Visit | 1067 SQ Reason for Visit Code Sequence | 1070 LO Requested Contrast Agent | 4000 LT
     Study Comments
0034: 0001 SQ Flow Identifier Sequence | 0002 OB Flow Identifier | 0003 UI Flow Transfer Syntax UID | 0004 UL Flow RTP
     Sampling Rate | 0005 OB Source Identifier | 0007 OB Frame Origin Timestamp | 0008 CS Includes Imaging Subject |
     0009 SQ Frame Usefulness Group Sequence | 000a SQ Real-Time Bulk Data Flow Sequence | 000b SQ Camera Position
     Group Sequence | 000c CS Includes Information | 000d SQ Time of Frame Group Sequence
0038: 0004 SQ Referenced Patient Alias Sequence | 0008 CS Visit Status ID | 0010 LO Admission ID | 0011 LO Issuer of
     Admission ID | 0014 SQ Issuer of Admission ID Sequence | 0016 LO Route of Admissions | 001a DA Scheduled
     Admission Date | 001b TM Scheduled Admission Time | 001c DA Scheduled Discharge Date | 001d TM Scheduled
     Discharge Time | 001e LO Scheduled Patient Institution Residence | 0020 DA Admitting Date | 0021 TM Admitting
     Time | 0030 DA Discharge Date | 0032 TM Discharge Time | 0040 LO Discharge Diagnosis Description | 0044 SQ
     Discharge Diagnosis Code Sequence | 0050 LO Special Needs | 0060 LO Service Episode ID | 0061 LO Issuer of
     Service Episode ID | 0062 LO Service Episode Description | 0064 SQ Issuer of Service Episode ID Sequence | 0100
     SQ Pertinent Documents Sequence | 0101 SQ Pertinent Resources Sequence | 0102 LO Resource Description | 0300 LO
     Current Patient Location | 0400 LO Patient's Institution Residence | 0500 LO Patient State | 0502 SQ Patient
     Clinical Trial Participation Sequence | 4000 LT Visit Comments
003a: 0004 CS Waveform Originality | 0005 US Number of Waveform Channels | 0010 UL Number of Waveform Samples | 001a
     DS Sampling Frequency | 0020 SH Multiplex Group Label | 0200 SQ Channel Definition Sequence | 0202 IS Waveform
     Channel Number | 0203 SH Channel Label | 0205 CS Channel Status | 0208 SQ Channel Source Sequence | 0209 SQ
     Channel Source Modifiers Sequence | 020a SQ Source Waveform Sequence | 020c LO Channel Derivation Description |
     0210 DS Channel Sensitivity | 0211 SQ Channel Sensitivity Units Sequence | 0212 DS Channel Sensitivity Correction
     Factor | 0213 DS Channel Baseline | 0214 DS Channel Time Skew | 0215 DS Channel Sample Skew | 0218 DS Channel
     Offset | 021a US Waveform Bits Stored | 0220 DS Filter Low Frequency | 0221 DS Filter High Frequency | 0222 DS
     Notch Filter Frequency | 0223 DS Notch Filter Bandwidth | 0230 FL Waveform Data Display Scale | 0231 US Waveform
     Display Background CIELab Value | 0240 SQ Waveform Presentation Group Sequence | 0241 US Presentation Group
     Number | 0242 SQ Channel Display Sequence | 0244 US Channel Recommended Display CIELab Value | 0245 FL Channel
     Position | 0246 CS Display Shading Flag | 0247 FL Fractional Channel Display Scale | 0248 FL Absolute Channel
     Display Scale | 0300 SQ Multiplexed Audio Channels Description Code Sequence | 0301 IS Channel Identification
     Code | 0302 CS Channel Mode | 0310 UI Multiplex Group UID | 0311 DS Powerline Frequency | 0312 SQ Channel
     Impedance Sequence | 0313 DS Impedance Value | 0314 DT Impedance Measurement DateTime | 0315 DS Impedance
     Measurement Frequency | 0316 CS Impedance Measurement Current Type | 0317 CS Waveform Amplifier Type | 0318 SQ
     Filter Low Frequency Characteristics Sequence | 0319 SQ Filter High Frequency Characteristics Sequence | 0320 SQ
     Summarized Filter Lookup Table Sequence | 0321 SQ Notch Filter Characteristics Sequence | 0322 CS Waveform Filter
     Type | 0323 SQ Analog Filter Characteristics Sequence | 0324 DS Analog Filter Roll Off | 0325 SQ Analog Filter
     Type Code Sequence | 0326 SQ Digital Filter Characteristics Sequence | 0327 IS Digital Filter Order | 0328 SQ
     Digital Filter Type Code Sequence | 0329 ST Waveform Filter Description | 032a SQ Filter Lookup Table Sequence |
     032b ST Filter Lookup Table Description | 032c SQ Frequency Encoding Code Sequence | 032d SQ Magnitude Encoding
     Code Sequence | 032e OD Filter Lookup Table Data
0040: 0001 AE Scheduled Station AE Title | 0002 DA Scheduled Procedure Step Start Date | 0003 TM Scheduled Procedure
     Step Start Time | 0004 DA Scheduled Procedure Step End Date | 0005 TM Scheduled Procedure Step End Time | 0006 PN
     Scheduled Performing Physician's Name | 0007 LO Scheduled Procedure Step Description | 0008 SQ Scheduled Protocol
     Code Sequence | 0009 SH Scheduled Procedure Step ID | 000a SQ Stage Code Sequence | 000b SQ Scheduled Performing
     Physician Identification Sequence | 0010 SH Scheduled Station Name | 0011 SH Scheduled Procedure Step Location |
     0012 LO Pre-Medication | 0020 CS Scheduled Procedure Step Status | 0026 SQ Order Placer Identifier Sequence |
     0027 SQ Order Filler Identifier Sequence | 0031 UT Local Namespace Entity ID | 0032 UT Universal Entity ID | 0033
     CS Universal Entity ID Type | 0035 CS Identifier Type Code | 0036 SQ Assigning Facility Sequence | 0039 SQ
     Assigning Jurisdiction Code Sequence | 003a SQ Assigning Agency or Department Code Sequence | 0100 SQ Scheduled
     Procedure Step Sequence | 0220 SQ Referenced Non-Image Composite SOP Instance Sequence | 0241 AE Performed
     Station AE Title | 0242 SH Performed Station Name | 0243 SH Performed Location | 0244 DA Performed Procedure Step
     Start Date | 0245 TM Performed Procedure Step Start Time | 0250 DA Performed Procedure Step End Date | 0251 TM
     Performed Procedure Step End Time | 0252 CS Performed Procedure Step Status | 0253 SH Performed Procedure Step ID
     | 0254 LO Performed Procedure Step Description | 0255 LO Performed Procedure Type Description | 0260 SQ Performed
     Protocol Code Sequence | 0261 CS Performed Protocol Type | 0270 SQ Scheduled Step Attributes Sequence | 0275 SQ
     Request Attributes Sequence | 0280 ST Comments on the Performed Procedure Step | 0281 SQ Performed Procedure Step
     Discontinuation Reason Code Sequence | 0293 SQ Quantity Sequence | 0294 DS Quantity | 0295 SQ Measuring Units
     Sequence | 0296 SQ Billing Item Sequence | 0300 US Total Time of Fluoroscopy | 0301 US Total Number of Exposures
     | 0302 US Entrance Dose | 0303 US Exposed Area | 0306 DS Distance Source to Entrance | 0307 DS Distance Source to
     Support | 030e SQ Exposure Dose Sequence | 0310 ST Comments on Radiation Dose | 0312 DS X-Ray Output | 0314 DS
     Half Value Layer | 0316 DS Organ Dose | 0318 CS Organ Exposed | 0320 SQ Billing Procedure Step Sequence | 0321 SQ
     Film Consumption Sequence | 0324 SQ Billing Supplies and Devices Sequence | 0330 SQ Referenced Procedure Step
     Sequence | 0340 SQ Performed Series Sequence | 0400 LT Comments on the Scheduled Procedure Step | 0440 SQ
     Protocol Context Sequence | 0441 SQ Content Item Modifier Sequence | 0500 SQ Scheduled Specimen Sequence | 050a
     LO Specimen Accession Number | 0512 LO Container Identifier | 0513 SQ Issuer of the Container Identifier Sequence
     | 0515 SQ Alternate Container Identifier Sequence | 0518 SQ Container Type Code Sequence | 051a LO Container
     Description | 0520 SQ Container Component Sequence | 0550 SQ Specimen Sequence | 0551 LO Specimen Identifier |
     0552 SQ Specimen Description Sequence (Trial) | 0553 ST Specimen Description (Trial) | 0554 UI Specimen UID |
     0555 SQ Acquisition Context Sequence | 0556 ST Acquisition Context Description | 0560 SQ Specimen Description
     Sequence | 0562 SQ Issuer of the Specimen Identifier Sequence | 059a SQ Specimen Type Code Sequence | 0600 LO
     Specimen Short Description | 0602 UT Specimen Detailed Description | 0610 SQ Specimen Preparation Sequence | 0612
     SQ Specimen Preparation Step Content Item Sequence | 0620 SQ Specimen Localization Content Item Sequence | 06fa
     LO Slide Identifier | 0710 SQ Whole Slide Microscopy Image Frame Type Sequence | 071a SQ Image Center Point
     Coordinates Sequence | 072a DS X Offset in Slide Coordinate System | 073a DS Y Offset in Slide Coordinate System
     | 074a DS Z Offset in Slide Coordinate System | 08d8 SQ Pixel Spacing Sequence | 08da SQ Coordinate System Axis
     Code Sequence | 08ea SQ Measurement Units Code Sequence | 09f8 SQ Vital Stain Code Sequence (Trial) | 1001 SH
     Requested Procedure ID | 1002 LO Reason for the Requested Procedure | 1003 SH Requested Procedure Priority | 1004
     LO Patient Transport Arrangements | 1005 LO Requested Procedure Location | 1006 SH Placer Order Number /
     Procedure | 1007 SH Filler Order Number / Procedure | 1008 LO Confidentiality Code | 1009 SH Reporting Priority |
     100a SQ Reason for Requested Procedure Code Sequence | 1010 PN Names of Intended Recipients of Results | 1011 SQ
     Intended Recipients of Results Identification Sequence | 1012 SQ Reason For Performed Procedure Code Sequence |
     1060 LO Requested Procedure Description (Trial) | 1101 SQ Person Identification Code Sequence | 1102 ST Person's
     Address | 1103 LO Person's Telephone Numbers | 1104 LT Person's Telecom Information | 1400 LT Requested Procedure
     Comments | 2001 LO Reason for the Imaging Service Request | 2004 DA Issue Date of Imaging Service Request | 2005
     TM Issue Time of Imaging Service Request | 2006 SH Placer Order Number / Imaging Service Request (Retired) | 2007
     SH Filler Order Number / Imaging Service Request (Retired) | 2008 PN Order Entered By | 2009 SH Order Enterer's
     Location | 2010 SH Order Callback Phone Number | 2011 LT Order Callback Telecom Information | 2016 LO Placer
     Order Number / Imaging Service Request | 2017 LO Filler Order Number / Imaging Service Request | 2400 LT Imaging
     Service Request Comments | 3001 LO Confidentiality Constraint on Patient Data Description | 4001 CS General
     Purpose Scheduled Procedure Step Status | 4002 CS General Purpose Performed Procedure Step Status | 4003 CS
     General Purpose Scheduled Procedure Step Priority | 4004 SQ Scheduled Processing Applications Code Sequence |
     4005 DT Scheduled Procedure Step Start DateTime | 4006 CS Multiple Copies Flag | 4007 SQ Performed Processing
     Applications Code Sequence | 4008 DT Scheduled Procedure Step Expiration DateTime | 4009 SQ Human Performer Code
     Sequence | 4010 DT Scheduled Procedure Step Modification DateTime | 4011 DT Expected Completion DateTime | 4015
     SQ Resulting General Purpose Performed Procedure Steps Sequence | 4016 SQ Referenced General Purpose Scheduled
     Procedure Step Sequence | 4018 SQ Scheduled Workitem Code Sequence | 4019 SQ Performed Workitem Code Sequence |
     4020 CS Input Availability Flag | 4021 SQ Input Information Sequence | 4022 SQ Relevant Information Sequence |
     4023 UI Referenced General Purpose Scheduled Procedure Step Transaction UID | 4025 SQ Scheduled Station Name Code
     Sequence | 4026 SQ Scheduled Station Class Code Sequence | 4027 SQ Scheduled Station Geographic Location Code
     Sequence | 4028 SQ Performed Station Name Code Sequence | 4029 SQ Performed Station Class Code Sequence | 4030 SQ
     Performed Station Geographic Location Code Sequence | 4031 SQ Requested Subsequent Workitem Code Sequence | 4032
     SQ Non-DICOM Output Code Sequence | 4033 SQ Output Information Sequence | 4034 SQ Scheduled Human Performers
     Sequence | 4035 SQ Actual Human Performers Sequence | 4036 LO Human Performer's Organization | 4037 PN Human
     Performer's Name | 4040 CS Raw Data Handling | 4041 CS Input Readiness State | 4050 DT Performed Procedure Step
     Start DateTime | 4051 DT Performed Procedure Step End DateTime | 4052 DT Procedure Step Cancellation DateTime |
     4070 SQ Output Destination Sequence | 4071 SQ DICOM Storage Sequence | 4072 SQ STOW-RS Storage Sequence | 4073 UR
     Storage URL | 4074 SQ XDS Storage Sequence | 8302 DS Entrance Dose in mGy | 8303 CS Entrance Dose Derivation |
     9092 SQ Parametric Map Frame Type Sequence | 9094 SQ Referenced Image Real World Value Mapping Sequence | 9096 SQ
     Real World Value Mapping Sequence | 9098 SQ Pixel Value Mapping Code Sequence | 9210 SH LUT Label | 9211 US Real
     World Value Last Value Mapped | 9212 FD Real World Value LUT Data | 9213 FD Double Float Real World Value Last
     Value Mapped | 9214 FD Double Float Real World Value First Value Mapped | 9216 US Real World Value First Value
     Mapped | 9220 SQ Quantity Definition Sequence | 9224 FD Real World Value Intercept | 9225 FD Real World Value
     Slope | a007 CS Findings Flag (Trial) | a010 CS Relationship Type | a020 SQ Findings Sequence (Trial) | a021 UI
     Findings Group UID (Trial) | a022 UI Referenced Findings Group UID (Trial) | a023 DA Findings Group Recording
     Date (Trial) | a024 TM Findings Group Recording Time (Trial) | a026 SQ Findings Source Category Code Sequence
     (Trial) | a027 LO Verifying Organization | a028 SQ Documenting Organization Identifier Code Sequence (Trial) |
     a030 DT Verification DateTime | a032 DT Observation DateTime | a033 DT Observation Start DateTime | a040 CS Value
     Type | a043 SQ Concept Name Code Sequence | a047 LO Measurement Precision Description (Trial) | a050 CS
     Continuity Of Content | a057 CS Urgency or Priority Alerts (Trial) | a060 LO Sequencing Indicator (Trial) | a066
     SQ Document Identifier Code Sequence (Trial) | a067 PN Document Author (Trial) | a068 SQ Document Author
     Identifier Code Sequence (Trial) | a070 SQ Identifier Code Sequence (Trial) | a073 SQ Verifying Observer Sequence
     | a074 OB Object Binary Identifier (Trial) | a075 PN Verifying Observer Name | a076 SQ Documenting Observer
     Identifier Code Sequence (Trial) | a078 SQ Author Observer Sequence | a07a SQ Participant Sequence | a07c SQ
     Custodial Organization Sequence | a080 CS Participation Type | a082 DT Participation DateTime | a084 CS Observer
     Type | a085 SQ Procedure Identifier Code Sequence (Trial) | a088 SQ Verifying Observer Identification Code
     Sequence | a089 OB Object Directory Binary Identifier (Trial) | a090 SQ Equivalent CDA Document Sequence | a0b0
     US Referenced Waveform Channels | a110 DA Date of Document or Verbal Transaction (Trial) | a112 TM Time of
     Document Creation or Verbal Transaction (Trial) | a120 DT DateTime | a121 DA Date | a122 TM Time | a123 PN Person
     Name | a124 UI UID | a125 CS Report Status ID (Trial) | a130 CS Temporal Range Type | a132 UL Referenced Sample
     Positions | a136 US Referenced Frame Numbers | a138 DS Referenced Time Offsets | a13a DT Referenced DateTime |
     a160 UT Text Value | a161 FD Floating Point Value | a162 SL Rational Numerator Value | a163 UL Rational
     Denominator Value | a167 SQ Observation Category Code Sequence (Trial) | a168 SQ Concept Code Sequence | a16a ST
     Bibliographic Citation (Trial) | a170 SQ Purpose of Reference Code Sequence | a171 UI Observation UID | a172 UI
     Referenced Observation UID (Trial) | a173 CS Referenced Observation Class (Trial) | a174 CS Referenced Object
     Observation Class (Trial) | a180 US Annotation Group Number | a192 DA Observation Date (Trial) | a193 TM
     Observation Time (Trial) | a194 CS Measurement Automation (Trial) | a195 SQ Modifier Code Sequence | a224 ST
     Identification Description (Trial) | a290 CS Coordinates Set Geometric Type (Trial) | a296 SQ Algorithm Code
     Sequence (Trial) | a297 ST Algorithm Description (Trial) | a29a SL Pixel Coordinates Set (Trial) | a300 SQ
     Measured Value Sequence | a301 SQ Numeric Value Qualifier Code Sequence | a307 PN Current Observer (Trial) | a30a
     DS Numeric Value | a313 SQ Referenced Accession Sequence (Trial) | a33a ST Report Status Comment (Trial) | a340
     SQ Procedure Context Sequence (Trial) | a352 PN Verbal Source (Trial) | a353 ST Address (Trial) | a354 LO
     Telephone Number (Trial) | a358 SQ Verbal Source Identifier Code Sequence (Trial) | a360 SQ Predecessor Documents
     Sequence | a370 SQ Referenced Request Sequence | a372 SQ Performed Procedure Code Sequence | a375 SQ Current
     Requested Procedure Evidence Sequence | a380 SQ Report Detail Sequence (Trial) | a385 SQ Pertinent Other Evidence
     Sequence | a390 SQ HL7 Structured Document Reference Sequence | a402 UI Observation Subject UID (Trial) | a403 CS
     Observation Subject Class (Trial) | a404 SQ Observation Subject Type Code Sequence (Trial) | a491 CS Completion
     Flag | a492 LO Completion Flag Description | a493 CS Verification Flag | a494 CS Archive Requested | a496 CS
     Preliminary Flag | a504 SQ Content Template Sequence | a525 SQ Identical Documents Sequence | a600 CS Observation
     Subject Context Flag (Trial) | a601 CS Observer Context Flag (Trial) | a603 CS Procedure Context Flag (Trial) |
     a730 SQ Content Sequence | a731 SQ Relationship Sequence (Trial) | a732 SQ Relationship Type Code Sequence
     (Trial) | a744 SQ Language Code Sequence (Trial) | a801 SQ Tabulated Values Sequence | a802 UL Number of Table
     Rows | a803 UL Number of Table Columns | a804 UL Table Row Number | a805 UL Table Column Number | a806 SQ Table
     Row Definition Sequence | a807 SQ Table Column Definition Sequence | a808 SQ Cell Values Sequence | a992 ST
     Uniform Resource Locator (Trial) | b020 SQ Waveform Annotation Sequence | db00 CS Template Identifier | db06 DT
     Template Version | db07 DT Template Local Version | db0b CS Template Extension Flag | db0c UI Template Extension
     Organization UID | db0d UI Template Extension Creator UID | db73 UL Referenced Content Item Identifier | e001 ST
     HL7 Instance Identifier | e004 DT HL7 Document Effective Time | e006 SQ HL7 Document Type Code Sequence | e008 SQ
     Document Class Code Sequence | e010 UR Retrieve URI | e011 UI Retrieve Location UID | e020 CS Type of Instances |
     e021 SQ DICOM Retrieval Sequence | e022 SQ DICOM Media Retrieval Sequence | e023 SQ WADO Retrieval Sequence |
     e024 SQ XDS Retrieval Sequence | e025 SQ WADO-RS Retrieval Sequence | e030 UI Repository Unique ID | e031 UI Home
     Community ID
0042: 0010 ST Document Title | 0011 OB Encapsulated Document | 0012 LO MIME Type of Encapsulated Document | 0013 SQ
     Source Instance Sequence | 0014 LO List of MIME Types | 0015 UL Encapsulated Document Length
0044: 0001 ST Product Package Identifier | 0002 CS Substance Administration Approval | 0003 LT Approval Status Further
     Description | 0004 DT Approval Status DateTime | 0007 SQ Product Type Code Sequence | 0008 LO Product Name | 0009
     LT Product Description | 000a LO Product Lot Identifier | 000b DT Product Expiration DateTime | 0010 DT Substance
     Administration DateTime | 0011 LO Substance Administration Notes | 0012 LO Substance Administration Device ID |
     0013 SQ Product Parameter Sequence | 0019 SQ Substance Administration Parameter Sequence | 0100 SQ Approval
     Sequence | 0101 SQ Assertion Code Sequence | 0102 UI Assertion UID | 0103 SQ Asserter Identification Sequence |
     0104 DT Assertion DateTime | 0105 DT Assertion Expiration DateTime | 0106 UT Assertion Comments | 0107 SQ Related
     Assertion Sequence | 0108 UI Referenced Assertion UID | 0109 SQ Approval Subject Sequence | 010a SQ
     Organizational Role Code Sequence
0046: 0012 LO Lens Description | 0014 SQ Right Lens Sequence | 0015 SQ Left Lens Sequence | 0016 SQ Unspecified
     Laterality Lens Sequence | 0018 SQ Cylinder Sequence | 0028 SQ Prism Sequence | 0030 FD Horizontal Prism Power |
     0032 CS Horizontal Prism Base | 0034 FD Vertical Prism Power | 0036 CS Vertical Prism Base | 0038 CS Lens Segment
     Type | 0040 FD Optical Transmittance | 0042 FD Channel Width | 0044 FD Pupil Size | 0046 FD Corneal Size | 0047
     SQ Corneal Size Sequence | 0050 SQ Autorefraction Right Eye Sequence | 0052 SQ Autorefraction Left Eye Sequence |
     0060 FD Distance Pupillary Distance | 0062 FD Near Pupillary Distance | 0063 FD Intermediate Pupillary Distance |
     0064 FD Other Pupillary Distance | 0070 SQ Keratometry Right Eye Sequence | 0071 SQ Keratometry Left Eye Sequence
     | 0074 SQ Steep Keratometric Axis Sequence | 0075 FD Radius of Curvature | 0076 FD Keratometric Power | 0077 FD
     Keratometric Axis | 0080 SQ Flat Keratometric Axis Sequence | 0092 CS Background Color | 0094 CS Optotype | 0095
     CS Optotype Presentation | 0097 SQ Subjective Refraction Right Eye Sequence | 0098 SQ Subjective Refraction Left
     Eye Sequence | 0100 SQ Add Near Sequence | 0101 SQ Add Intermediate Sequence | 0102 SQ Add Other Sequence | 0104
     FD Add Power | 0106 FD Viewing Distance | 0110 SQ Cornea Measurements Sequence | 0111 SQ Source of Cornea
     Measurement Data Code Sequence | 0112 SQ Steep Corneal Axis Sequence | 0113 SQ Flat Corneal Axis Sequence | 0114
     FD Corneal Power | 0115 FD Corneal Axis | 0116 SQ Cornea Measurement Method Code Sequence | 0117 FL Refractive
     Index of Cornea | 0118 FL Refractive Index of Aqueous Humor | 0121 SQ Visual Acuity Type Code Sequence | 0122 SQ
     Visual Acuity Right Eye Sequence | 0123 SQ Visual Acuity Left Eye Sequence | 0124 SQ Visual Acuity Both Eyes Open
     Sequence | 0125 CS Viewing Distance Type | 0135 SS Visual Acuity Modifiers | 0137 FD Decimal Visual Acuity | 0139
     LO Optotype Detailed Definition | 0145 SQ Referenced Refractive Measurements Sequence | 0146 FD Sphere Power |
     0147 FD Cylinder Power | 0201 CS Corneal Topography Surface | 0202 FL Corneal Vertex Location | 0203 FL Pupil
     Centroid X-Coordinate | 0204 FL Pupil Centroid Y-Coordinate | 0205 FL Equivalent Pupil Radius | 0207 SQ Corneal
     Topography Map Type Code Sequence | 0208 IS Vertices of the Outline of Pupil | 0210 SQ Corneal Topography Mapping
     Normals Sequence | 0211 SQ Maximum Corneal Curvature Sequence | 0212 FL Maximum Corneal Curvature | 0213 FL
     Maximum Corneal Curvature Location | 0215 SQ Minimum Keratometric Sequence | 0218 SQ Simulated Keratometric
     Cylinder Sequence | 0220 FL Average Corneal Power | 0224 FL Corneal I-S Value | 0227 FL Analyzed Area | 0230 FL
     Surface Regularity Index | 0232 FL Surface Asymmetry Index | 0234 FL Corneal Eccentricity Index | 0236 FL
     Keratoconus Prediction Index | 0238 FL Decimal Potential Visual Acuity | 0242 CS Corneal Topography Map Quality
     Evaluation | 0244 SQ Source Image Corneal Processed Data Sequence | 0247 FL Corneal Point Location | 0248 CS
     Corneal Point Estimated | 0249 FL Axial Power | 0250 FL Tangential Power | 0251 FL Refractive Power | 0252 FL
     Relative Elevation | 0253 FL Corneal Wavefront
0048: 0001 FL Imaged Volume Width | 0002 FL Imaged Volume Height | 0003 FL Imaged Volume Depth | 0006 UL Total Pixel
     Matrix Columns | 0007 UL Total Pixel Matrix Rows | 0008 SQ Total Pixel Matrix Origin Sequence | 0010 CS Specimen
     Label in Image | 0011 CS Focus Method | 0012 CS Extended Depth of Field | 0013 US Number of Focal Planes | 0014
     FL Distance Between Focal Planes | 0015 US Recommended Absent Pixel CIELab Value | 0100 SQ Illuminator Type Code
     Sequence | 0102 DS Image Orientation (Slide) | 0105 SQ Optical Path Sequence | 0106 SH Optical Path Identifier |
     0107 ST Optical Path Description | 0108 SQ Illumination Color Code Sequence | 0110 SQ Specimen Reference Sequence
     | 0111 DS Condenser Lens Power | 0112 DS Objective Lens Power | 0113 DS Objective Lens Numerical Aperture | 0114
     CS Confocal Mode | 0115 CS Tissue Location | 0116 SQ Confocal Microscopy Image Frame Type Sequence | 0117 FD
     Image Acquisition Depth | 0120 SQ Palette Color Lookup Table Sequence | 0200 SQ Referenced Image Navigation
     Sequence | 0201 US Top Left Hand Corner of Localizer Area | 0202 US Bottom Right Hand Corner of Localizer Area |
     0207 SQ Optical Path Identification Sequence | 021a SQ Plane Position (Slide) Sequence | 021e SL Column Position
     In Total Image Pixel Matrix | 021f SL Row Position In Total Image Pixel Matrix | 0301 CS Pixel Origin
     Interpretation | 0302 UL Number of Optical Paths | 0303 UL Total Pixel Matrix Focal Planes
0050: 0004 CS Calibration Image | 0010 SQ Device Sequence | 0012 SQ Container Component Type Code Sequence | 0013 FD
     Container Component Thickness | 0014 DS Device Length | 0015 FD Container Component Width | 0016 DS Device
     Diameter | 0017 CS Device Diameter Units | 0018 DS Device Volume | 0019 DS Inter-Marker Distance | 001a CS
     Container Component Material | 001b LO Container Component ID | 001c FD Container Component Length | 001d FD
     Container Component Diameter | 001e LO Container Component Description | 0020 LO Device Description | 0021 ST
     Long Device Description
0052: 0001 FL Contrast/Bolus Ingredient Percent by Volume | 0002 FD OCT Focal Distance | 0003 FD Beam Spot Size | 0004
     FD Effective Refractive Index | 0006 CS OCT Acquisition Domain | 0007 FD OCT Optical Center Wavelength | 0008 FD
     Axial Resolution | 0009 FD Ranging Depth | 0011 FD A-line Rate | 0012 US A-lines Per Frame | 0013 FD Catheter
     Rotational Rate | 0014 FD A-line Pixel Spacing | 0016 SQ Mode of Percutaneous Access Sequence | 0025 SQ
     Intravascular OCT Frame Type Sequence | 0026 CS OCT Z Offset Applied | 0027 SQ Intravascular Frame Content
     Sequence | 0028 FD Intravascular Longitudinal Distance | 0029 SQ Intravascular OCT Frame Content Sequence | 0030
     SS OCT Z Offset Correction | 0031 CS Catheter Direction of Rotation | 0033 FD Seam Line Location | 0034 FD First
     A-line Location | 0036 US Seam Line Index | 0038 US Number of Padded A-lines | 0039 CS Interpolation Type | 003a
     CS Refractive Index Applied
0054: 0010 US Energy Window Vector | 0011 US Number of Energy Windows | 0012 SQ Energy Window Information Sequence |
     0013 SQ Energy Window Range Sequence | 0014 DS Energy Window Lower Limit | 0015 DS Energy Window Upper Limit |
     0016 SQ Radiopharmaceutical Information Sequence | 0017 IS Residual Syringe Counts | 0018 SH Energy Window Name |
     0020 US Detector Vector | 0021 US Number of Detectors | 0022 SQ Detector Information Sequence | 0030 US Phase
     Vector | 0031 US Number of Phases | 0032 SQ Phase Information Sequence | 0033 US Number of Frames in Phase | 0036
     IS Phase Delay | 0038 IS Pause Between Frames | 0039 CS Phase Description | 0050 US Rotation Vector | 0051 US
     Number of Rotations | 0052 SQ Rotation Information Sequence | 0053 US Number of Frames in Rotation | 0060 US R-R
     Interval Vector | 0061 US Number of R-R Intervals | 0062 SQ Gated Information Sequence | 0063 SQ Data Information
     Sequence | 0070 US Time Slot Vector | 0071 US Number of Time Slots | 0072 SQ Time Slot Information Sequence |
     0073 DS Time Slot Time | 0080 US Slice Vector | 0081 US Number of Slices | 0090 US Angular View Vector | 0100 US
     Time Slice Vector | 0101 US Number of Time Slices | 0200 DS Start Angle | 0202 CS Type of Detector Motion | 0210
     IS Trigger Vector | 0211 US Number of Triggers in Phase | 0220 SQ View Code Sequence | 0222 SQ View Modifier Code
     Sequence | 0300 SQ Radionuclide Code Sequence | 0302 SQ Administration Route Code Sequence | 0304 SQ
     Radiopharmaceutical Code Sequence | 0306 SQ Calibration Data Sequence | 0308 US Energy Window Number | 0400 SH
     Image ID | 0410 SQ Patient Orientation Code Sequence | 0412 SQ Patient Orientation Modifier Code Sequence | 0414
     SQ Patient Gantry Relationship Code Sequence | 0500 CS Slice Progression Direction | 0501 CS Scan Progression
     Direction | 1000 CS Series Type | 1001 CS Units | 1002 CS Counts Source | 1004 CS Reprojection Method | 1006 CS
     SUV Type | 1100 CS Randoms Correction Method | 1101 LO Attenuation Correction Method | 1102 CS Decay Correction |
     1103 LO Reconstruction Method | 1104 LO Detector Lines of Response Used | 1105 LO Scatter Correction Method |
     1200 DS Axial Acceptance | 1201 IS Axial Mash | 1202 IS Transverse Mash | 1203 DS Detector Element Size | 1210 DS
     Coincidence Window Width | 1220 CS Secondary Counts Type | 1300 DS Frame Reference Time | 1310 IS Primary
     (Prompts) Counts Accumulated | 1311 IS Secondary Counts Accumulated | 1320 DS Slice Sensitivity Factor | 1321 DS
     Decay Factor | 1322 DS Dose Calibration Factor | 1323 DS Scatter Fraction Factor | 1324 DS Dead Time Factor |
     1330 US Image Index | 1400 CS Counts Included | 1401 CS Dead Time Correction Flag
0060: 3000 SQ Histogram Sequence | 3002 US Histogram Number of Bins | 3004 US Histogram First Bin Value | 3006 US
     Histogram Last Bin Value | 3008 US Histogram Bin Width | 3010 LO Histogram Explanation | 3020 UL Histogram Data
0062: 0001 CS Segmentation Type | 0002 SQ Segment Sequence | 0003 SQ Segmented Property Category Code Sequence | 0004
     US Segment Number | 0005 LO Segment Label | 0006 ST Segment Description | 0007 SQ Segmentation Algorithm
     Identification Sequence | 0008 CS Segment Algorithm Type | 0009 LO Segment Algorithm Name | 000a SQ Segment
     Identification Sequence | 000b US Referenced Segment Number | 000c US Recommended Display Grayscale Value | 000d
     US Recommended Display CIELab Value | 000e US Maximum Fractional Value | 000f SQ Segmented Property Type Code
     Sequence | 0010 CS Segmentation Fractional Type | 0011 SQ Segmented Property Type Modifier Code Sequence | 0012
     SQ Used Segments Sequence | 0013 CS Segments Overlap | 0020 UT Tracking ID | 0021 UI Tracking UID
0064: 0002 SQ Deformable Registration Sequence | 0003 UI Source Frame of Reference UID | 0005 SQ Deformable
     Registration Grid Sequence | 0007 UL Grid Dimensions | 0008 FD Grid Resolution | 0009 OF Vector Grid Data | 000f
     SQ Pre Deformation Matrix Registration Sequence | 0010 SQ Post Deformation Matrix Registration Sequence
0066: 0001 UL Number of Surfaces | 0002 SQ Surface Sequence | 0003 UL Surface Number | 0004 LT Surface Comments | 0009
     CS Surface Processing | 000a FL Surface Processing Ratio | 000b LO Surface Processing Description | 000c FL
     Recommended Presentation Opacity | 000d CS Recommended Presentation Type | 000e CS Finite Volume | 0010 CS
     Manifold | 0011 SQ Surface Points Sequence | 0012 SQ Surface Points Normals Sequence | 0013 SQ Surface Mesh
     Primitives Sequence | 0015 UL Number of Surface Points | 0016 OF Point Coordinates Data | 0017 FL Point Position
     Accuracy | 0018 FL Mean Point Distance | 0019 FL Maximum Point Distance | 001a FL Points Bounding Box Coordinates
     | 001b FL Axis of Rotation | 001c FL Center of Rotation | 001e UL Number of Vectors | 001f US Vector
     Dimensionality | 0020 FL Vector Accuracy | 0021 OF Vector Coordinate Data | 0022 OD Double Point Coordinates Data
     | 0023 OW Triangle Point Index List | 0024 OW Edge Point Index List | 0025 OW Vertex Point Index List | 0026 SQ
     Triangle Strip Sequence | 0027 SQ Triangle Fan Sequence | 0028 SQ Line Sequence | 0029 OW Primitive Point Index
     List | 002a UL Surface Count | 002b SQ Referenced Surface Sequence | 002c UL Referenced Surface Number | 002d SQ
     Segment Surface Generation Algorithm Identification Sequence | 002e SQ Segment Surface Source Instance Sequence |
     002f SQ Algorithm Family Code Sequence | 0030 SQ Algorithm Name Code Sequence | 0031 LO Algorithm Version | 0032
     LT Algorithm Parameters | 0034 SQ Facet Sequence | 0035 SQ Surface Processing Algorithm Identification Sequence |
     0036 LO Algorithm Name | 0037 FL Recommended Point Radius | 0038 FL Recommended Line Thickness | 0040 OL Long
     Primitive Point Index List | 0041 OL Long Triangle Point Index List | 0042 OL Long Edge Point Index List | 0043
     OL Long Vertex Point Index List | 0101 SQ Track Set Sequence | 0102 SQ Track Sequence | 0103 OW Recommended
     Display CIELab Value List | 0104 SQ Tracking Algorithm Identification Sequence | 0105 UL Track Set Number | 0106
     LO Track Set Label | 0107 UT Track Set Description | 0108 SQ Track Set Anatomical Type Code Sequence | 0121 SQ
     Measurements Sequence | 0124 SQ Track Set Statistics Sequence | 0125 OF Floating Point Values | 0129 OL Track
     Point Index List | 0130 SQ Track Statistics Sequence | 0132 SQ Measurement Values Sequence | 0133 SQ Diffusion
     Acquisition Code Sequence | 0134 SQ Diffusion Model Code Sequence
0068: 6210 LO Implant Size | 6221 LO Implant Template Version | 6222 SQ Replaced Implant Template Sequence | 6223 CS
     Implant Type | 6224 SQ Derivation Implant Template Sequence | 6225 SQ Original Implant Template Sequence | 6226
     DT Effective DateTime | 6230 SQ Implant Target Anatomy Sequence | 6260 SQ Information From Manufacturer Sequence
     | 6265 SQ Notification From Manufacturer Sequence | 6270 DT Information Issue DateTime | 6280 ST Information
     Summary | 62a0 SQ Implant Regulatory Disapproval Code Sequence | 62a5 FD Overall Template Spatial Tolerance |
     62c0 SQ HPGL Document Sequence | 62d0 US HPGL Document ID | 62d5 LO HPGL Document Label | 62e0 SQ View
     Orientation Code Sequence | 62f0 SQ View Orientation Modifier Code Sequence | 62f2 FD HPGL Document Scaling |
     6300 OB HPGL Document | 6310 US HPGL Contour Pen Number | 6320 SQ HPGL Pen Sequence | 6330 US HPGL Pen Number |
     6340 LO HPGL Pen Label | 6345 ST HPGL Pen Description | 6346 FD Recommended Rotation Point | 6347 FD Bounding
     Rectangle | 6350 US Implant Template 3D Model Surface Number | 6360 SQ Surface Model Description Sequence | 6380
     LO Surface Model Label | 6390 FD Surface Model Scaling Factor | 63a0 SQ Materials Code Sequence | 63a4 SQ Coating
     Materials Code Sequence | 63a8 SQ Implant Type Code Sequence | 63ac SQ Fixation Method Code Sequence | 63b0 SQ
     Mating Feature Sets Sequence | 63c0 US Mating Feature Set ID | 63d0 LO Mating Feature Set Label | 63e0 SQ Mating
     Feature Sequence | 63f0 US Mating Feature ID | 6400 SQ Mating Feature Degree of Freedom Sequence | 6410 US Degree
     of Freedom ID | 6420 CS Degree of Freedom Type | 6430 SQ 2D Mating Feature Coordinates Sequence | 6440 US
     Referenced HPGL Document ID | 6450 FD 2D Mating Point | 6460 FD 2D Mating Axes | 6470 SQ 2D Degree of Freedom
     Sequence | 6490 FD 3D Degree of Freedom Axis | 64a0 FD Range of Freedom | 64c0 FD 3D Mating Point | 64d0 FD 3D
     Mating Axes | 64f0 FD 2D Degree of Freedom Axis | 6500 SQ Planning Landmark Point Sequence | 6510 SQ Planning
     Landmark Line Sequence | 6520 SQ Planning Landmark Plane Sequence | 6530 US Planning Landmark ID | 6540 LO
     Planning Landmark Description | 6545 SQ Planning Landmark Identification Code Sequence | 6550 SQ 2D Point
     Coordinates Sequence | 6560 FD 2D Point Coordinates | 6590 FD 3D Point Coordinates | 65a0 SQ 2D Line Coordinates
     Sequence | 65b0 FD 2D Line Coordinates | 65d0 FD 3D Line Coordinates | 65e0 SQ 2D Plane Coordinates Sequence |
     65f0 FD 2D Plane Intersection | 6610 FD 3D Plane Origin | 6620 FD 3D Plane Normal | 7001 CS Model Modification |
     7002 CS Model Mirroring | 7003 SQ Model Usage Code Sequence | 7004 UI Model Group UID | 7005 UR Relative URI
     Reference Within Encapsulated Document
006a: 0001 CS Annotation Coordinate Type | 0002 SQ Annotation Group Sequence | 0003 UI Annotation Group UID | 0005 LO
     Annotation Group Label | 0006 UT Annotation Group Description | 0007 CS Annotation Group Generation Type | 0008
     SQ Annotation Group Algorithm Identification Sequence | 0009 SQ Annotation Property Category Code Sequence | 000a
     SQ Annotation Property Type Code Sequence | 000b SQ Annotation Property Type Modifier Code Sequence | 000c UL
     Number of Annotations | 000d CS Annotation Applies to All Optical Paths | 000e SH Referenced Optical Path
     Identifier | 000f CS Annotation Applies to All Z Planes | 0010 FD Common Z Coordinate Value | 0011 OL Annotation
     Index List
0070: 0001 SQ Graphic Annotation Sequence | 0002 CS Graphic Layer | 0003 CS Bounding Box Annotation Units | 0004 CS
     Anchor Point Annotation Units | 0005 CS Graphic Annotation Units | 0006 ST Unformatted Text Value | 0008 SQ Text
     Object Sequence | 0009 SQ Graphic Object Sequence | 0010 FL Bounding Box Top Left Hand Corner | 0011 FL Bounding
     Box Bottom Right Hand Corner | 0012 CS Bounding Box Text Horizontal Justification | 0014 FL Anchor Point | 0015
     CS Anchor Point Visibility | 0020 US Graphic Dimensions | 0021 US Number of Graphic Points | 0022 FL Graphic Data
     | 0023 CS Graphic Type | 0024 CS Graphic Filled | 0040 IS Image Rotation (Retired) | 0041 CS Image Horizontal
     Flip | 0042 US Image Rotation | 0050 US Displayed Area Top Left Hand Corner (Trial) | 0051 US Displayed Area
     Bottom Right Hand Corner (Trial) | 0052 SL Displayed Area Top Left Hand Corner | 0053 SL Displayed Area Bottom
     Right Hand Corner | 005a SQ Displayed Area Selection Sequence | 0060 SQ Graphic Layer Sequence | 0062 IS Graphic
     Layer Order | 0066 US Graphic Layer Recommended Display Grayscale Value | 0067 US Graphic Layer Recommended
     Display RGB Value | 0068 LO Graphic Layer Description | 0080 CS Content Label | 0081 LO Content Description |
     0082 DA Presentation Creation Date | 0083 TM Presentation Creation Time | 0084 PN Content Creator's Name | 0086
     SQ Content Creator's Identification Code Sequence | 0087 SQ Alternate Content Description Sequence | 0100 CS
     Presentation Size Mode | 0101 DS Presentation Pixel Spacing | 0102 IS Presentation Pixel Aspect Ratio | 0103 FL
     Presentation Pixel Magnification Ratio | 0207 LO Graphic Group Label | 0208 ST Graphic Group Description | 0209
     SQ Compound Graphic Sequence | 0226 UL Compound Graphic Instance ID | 0227 LO Font Name | 0228 CS Font Name Type
     | 0229 LO CSS Font Name | 0230 FD Rotation Angle | 0231 SQ Text Style Sequence | 0232 SQ Line Style Sequence |
     0233 SQ Fill Style Sequence | 0234 SQ Graphic Group Sequence | 0241 US Text Color CIELab Value | 0242 CS
     Horizontal Alignment | 0243 CS Vertical Alignment | 0244 CS Shadow Style | 0245 FL Shadow Offset X | 0246 FL
     Shadow Offset Y | 0247 US Shadow Color CIELab Value | 0248 CS Underlined | 0249 CS Bold | 0250 CS Italic | 0251
     US Pattern On Color CIELab Value | 0252 US Pattern Off Color CIELab Value | 0253 FL Line Thickness | 0254 CS Line
     Dashing Style | 0255 UL Line Pattern | 0256 OB Fill Pattern | 0257 CS Fill Mode | 0258 FL Shadow Opacity | 0261
     FL Gap Length | 0262 FL Diameter of Visibility | 0273 FL Rotation Point | 0274 CS Tick Alignment | 0278 CS Show
     Tick Label | 0279 CS Tick Label Alignment | 0282 CS Compound Graphic Units | 0284 FL Pattern On Opacity | 0285 FL
     Pattern Off Opacity | 0287 SQ Major Ticks Sequence | 0288 FL Tick Position | 0289 SH Tick Label | 0294 CS
     Compound Graphic Type | 0295 UL Graphic Group ID | 0306 CS Shape Type | 0308 SQ Registration Sequence | 0309 SQ
     Matrix Registration Sequence | 030a SQ Matrix Sequence | 030b FD Frame of Reference to Displayed Coordinate
     System Transformation Matrix | 030c CS Frame of Reference Transformation Matrix Type | 030d SQ Registration Type
     Code Sequence | 030f ST Fiducial Description | 0310 SH Fiducial Identifier | 0311 SQ Fiducial Identifier Code
     Sequence | 0312 FD Contour Uncertainty Radius | 0314 SQ Used Fiducials Sequence | 0315 SQ Used RT Structure Set
     ROI Sequence | 0318 SQ Graphic Coordinates Data Sequence | 031a UI Fiducial UID | 031b UI Referenced Fiducial UID
     | 031c SQ Fiducial Set Sequence | 031e SQ Fiducial Sequence | 031f SQ Fiducials Property Category Code Sequence |
     0401 US Graphic Layer Recommended Display CIELab Value | 0402 SQ Blending Sequence | 0403 FL Relative Opacity |
     0404 SQ Referenced Spatial Registration Sequence | 0405 CS Blending Position | 1101 UI Presentation Display
     Collection UID | 1102 UI Presentation Sequence Collection UID | 1103 US Presentation Sequence Position Index |
     1104 SQ Rendered Image Reference Sequence | 1201 SQ Volumetric Presentation State Input Sequence | 1202 CS
     Presentation Input Type | 1203 US Input Sequence Position Index | 1204 CS Crop | 1205 US Cropping Specification
     Index | 1206 CS Compositing Method | 1207 US Volumetric Presentation Input Number | 1208 CS Image Volume Geometry
     | 1209 UI Volumetric Presentation Input Set UID | 120a SQ Volumetric Presentation Input Set Sequence | 120b CS
     Global Crop | 120c US Global Cropping Specification Index | 120d CS Rendering Method | 1301 SQ Volume Cropping
     Sequence | 1302 CS Volume Cropping Method | 1303 FD Bounding Box Crop | 1304 SQ Oblique Cropping Plane Sequence |
     1305 FD Plane | 1306 FD Plane Normal | 1309 US Cropping Specification Number | 1501 CS Multi-Planar
     Reconstruction Style | 1502 CS MPR Thickness Type | 1503 FD MPR Slab Thickness | 1505 FD MPR Top Left Hand Corner
     | 1507 FD MPR View Width Direction | 1508 FD MPR View Width | 150c UL Number of Volumetric Curve Points | 150d OD
     Volumetric Curve Points | 1511 FD MPR View Height Direction | 1512 FD MPR View Height | 1602 CS Render Projection
     | 1603 FD Viewpoint Position | 1604 FD Viewpoint LookAt Point | 1605 FD Viewpoint Up Direction | 1606 FD Render
     Field of View | 1607 FD Sampling Step Size | 1701 CS Shading Style | 1702 FD Ambient Reflection Intensity | 1703
     FD Light Direction | 1704 FD Diffuse Reflection Intensity | 1705 FD Specular Reflection Intensity | 1706 FD
     Shininess | 1801 SQ Presentation State Classification Component Sequence | 1802 CS Component Type | 1803 SQ
     Component Input Sequence | 1804 US Volumetric Presentation Input Index | 1805 SQ Presentation State Compositor
     Component Sequence | 1806 SQ Weighting Transfer Function Sequence | 1807 US Weighting Lookup Table Descriptor |
     1808 OB Weighting Lookup Table Data | 1901 SQ Volumetric Annotation Sequence | 1903 SQ Referenced Structured
     Context Sequence | 1904 UI Referenced Content Item | 1905 SQ Volumetric Presentation Input Annotation Sequence |
     1907 CS Annotation Clipping | 1a01 CS Presentation Animation Style | 1a03 FD Recommended Animation Rate | 1a04 SQ
     Animation Curve Sequence | 1a05 FD Animation Step Size | 1a06 FD Swivel Range | 1a07 OD Volumetric Curve Up
     Directions | 1a08 SQ Volume Stream Sequence | 1a09 LO RGBA Transfer Function Description | 1b01 SQ Advanced
     Blending Sequence | 1b02 US Blending Input Number | 1b03 SQ Blending Display Input Sequence | 1b04 SQ Blending
     Display Sequence | 1b06 CS Blending Mode | 1b07 CS Time Series Blending | 1b08 CS Geometry for Display | 1b11 SQ
     Threshold Sequence | 1b12 SQ Threshold Value Sequence | 1b13 CS Threshold Type | 1b14 FD Threshold Value
0072: 0002 SH Hanging Protocol Name | 0004 LO Hanging Protocol Description | 0006 CS Hanging Protocol Level | 0008 LO
     Hanging Protocol Creator | 000a DT Hanging Protocol Creation DateTime | 000c SQ Hanging Protocol Definition
     Sequence | 000e SQ Hanging Protocol User Identification Code Sequence | 0010 LO Hanging Protocol User Group Name
     | 0012 SQ Source Hanging Protocol Sequence | 0014 US Number of Priors Referenced | 0020 SQ Image Sets Sequence |
     0022 SQ Image Set Selector Sequence | 0024 CS Image Set Selector Usage Flag | 0026 AT Selector Attribute | 0028
     US Selector Value Number | 0030 SQ Time Based Image Sets Sequence | 0032 US Image Set Number | 0034 CS Image Set
     Selector Category | 0038 US Relative Time | 003a CS Relative Time Units | 003c SS Abstract Prior Value | 003e SQ
     Abstract Prior Code Sequence | 0040 LO Image Set Label | 0050 CS Selector Attribute VR | 0052 AT Selector
     Sequence Pointer | 0054 LO Selector Sequence Pointer Private Creator | 0056 LO Selector Attribute Private Creator
     | 005e AE Selector AE Value | 005f AS Selector AS Value | 0060 AT Selector AT Value | 0061 DA Selector DA Value |
     0062 CS Selector CS Value | 0063 DT Selector DT Value | 0064 IS Selector IS Value | 0065 OB Selector OB Value |
     0066 LO Selector LO Value | 0067 OF Selector OF Value | 0068 LT Selector LT Value | 0069 OW Selector OW Value |
     006a PN Selector PN Value | 006b TM Selector TM Value | 006c SH Selector SH Value | 006d UN Selector UN Value |
     006e ST Selector ST Value | 006f UC Selector UC Value | 0070 UT Selector UT Value | 0071 UR Selector UR Value |
     0072 DS Selector DS Value | 0073 OD Selector OD Value | 0074 FD Selector FD Value | 0075 OL Selector OL Value |
     0076 FL Selector FL Value | 0078 UL Selector UL Value | 007a US Selector US Value | 007c SL Selector SL Value |
     007e SS Selector SS Value | 007f UI Selector UI Value | 0080 SQ Selector Code Sequence Value | 0081 OV Selector
     OV Value | 0082 SV Selector SV Value | 0083 UV Selector UV Value | 0100 US Number of Screens | 0102 SQ Nominal
     Screen Definition Sequence | 0104 US Number of Vertical Pixels | 0106 US Number of Horizontal Pixels | 0108 FD
     Display Environment Spatial Position | 010a US Screen Minimum Grayscale Bit Depth | 010c US Screen Minimum Color
     Bit Depth | 010e US Application Maximum Repaint Time | 0200 SQ Display Sets Sequence | 0202 US Display Set Number
     | 0203 LO Display Set Label | 0204 US Display Set Presentation Group | 0206 LO Display Set Presentation Group
     Description | 0208 CS Partial Data Display Handling | 0210 SQ Synchronized Scrolling Sequence | 0212 US Display
     Set Scrolling Group | 0214 SQ Navigation Indicator Sequence | 0216 US Navigation Display Set | 0218 US Reference
     Display Sets | 0300 SQ Image Boxes Sequence | 0302 US Image Box Number | 0304 CS Image Box Layout Type | 0306 US
     Image Box Tile Horizontal Dimension | 0308 US Image Box Tile Vertical Dimension | 0310 CS Image Box Scroll
     Direction | 0312 CS Image Box Small Scroll Type | 0314 US Image Box Small Scroll Amount | 0316 CS Image Box Large
     Scroll Type | 0318 US Image Box Large Scroll Amount | 0320 US Image Box Overlap Priority | 0330 FD Cine Relative
     to Real-Time | 0400 SQ Filter Operations Sequence | 0402 CS Filter-by Category | 0404 CS Filter-by Attribute
     Presence | 0406 CS Filter-by Operator | 0420 US Structured Display Background CIELab Value | 0421 US Empty Image
     Box CIELab Value | 0422 SQ Structured Display Image Box Sequence | 0424 SQ Structured Display Text Box Sequence |
     0427 SQ Referenced First Frame Sequence | 0430 SQ Image Box Synchronization Sequence | 0432 US Synchronized Image
     Box List | 0434 CS Type of Synchronization | 0500 CS Blending Operation Type | 0510 CS Reformatting Operation
     Type | 0512 FD Reformatting Thickness | 0514 FD Reformatting Interval | 0516 CS Reformatting Operation Initial
     View Direction | 0520 CS 3D Rendering Type | 0600 SQ Sorting Operations Sequence | 0602 CS Sort-by Category |
     0604 CS Sorting Direction | 0700 CS Display Set Patient Orientation | 0702 CS VOI Type | 0704 CS Pseudo-Color
     Type | 0705 SQ Pseudo-Color Palette Instance Reference Sequence | 0706 CS Show Grayscale Inverted | 0710 CS Show
     Image True Size Flag | 0712 CS Show Graphic Annotation Flag | 0714 CS Show Patient Demographics Flag | 0716 CS
     Show Acquisition Techniques Flag | 0717 CS Display Set Horizontal Justification | 0718 CS Display Set Vertical
     Justification
0074: 0120 FD Continuation Start Meterset | 0121 FD Continuation End Meterset | 1000 CS Procedure Step State | 1002 SQ
     Procedure Step Progress Information Sequence | 1004 DS Procedure Step Progress | 1006 ST Procedure Step Progress
     Description | 1007 SQ Procedure Step Progress Parameters Sequence | 1008 SQ Procedure Step Communications URI
     Sequence | 100a UR Contact URI | 100c LO Contact Display Name | 100e SQ Procedure Step Discontinuation Reason
     Code Sequence | 1020 SQ Beam Task Sequence | 1022 CS Beam Task Type | 1024 IS Beam Order Index (Trial) | 1025 CS
     Autosequence Flag | 1026 FD Table Top Vertical Adjusted Position | 1027 FD Table Top Longitudinal Adjusted
     Position | 1028 FD Table Top Lateral Adjusted Position | 102a FD Patient Support Adjusted Angle | 102b FD Table
     Top Eccentric Adjusted Angle | 102c FD Table Top Pitch Adjusted Angle | 102d FD Table Top Roll Adjusted Angle |
     1030 SQ Delivery Verification Image Sequence | 1032 CS Verification Image Timing | 1034 CS Double Exposure Flag |
     1036 CS Double Exposure Ordering | 1038 DS Double Exposure Meterset (Trial) | 103a DS Double Exposure Field Delta
     (Trial) | 1040 SQ Related Reference RT Image Sequence | 1042 SQ General Machine Verification Sequence | 1044 SQ
     Conventional Machine Verification Sequence | 1046 SQ Ion Machine Verification Sequence | 1048 SQ Failed
     Attributes Sequence | 104a SQ Overridden Attributes Sequence | 104c SQ Conventional Control Point Verification
     Sequence | 104e SQ Ion Control Point Verification Sequence | 1050 SQ Attribute Occurrence Sequence | 1052 AT
     Attribute Occurrence Pointer | 1054 UL Attribute Item Selector | 1056 LO Attribute Occurrence Private Creator |
     1057 IS Selector Sequence Pointer Items | 1200 CS Scheduled Procedure Step Priority | 1202 LO Worklist Label |
     1204 LO Procedure Step Label | 1210 SQ Scheduled Processing Parameters Sequence | 1212 SQ Performed Processing
     Parameters Sequence | 1216 SQ Unified Procedure Step Performed Procedure Sequence | 1220 SQ Related Procedure
     Step Sequence | 1222 LO Procedure Step Relationship Type | 1224 SQ Replaced Procedure Step Sequence | 1230 LO
     Deletion Lock | 1234 AE Receiving AE | 1236 AE Requesting AE | 1238 LT Reason for Cancellation | 1242 CS SCP
     Status | 1244 CS Subscription List Status | 1246 CS Unified Procedure Step List Status | 1324 UL Beam Order Index
     | 1338 FD Double Exposure Meterset | 133a FD Double Exposure Field Delta | 1401 SQ Brachy Task Sequence | 1402 DS
     Continuation Start Total Reference Air Kerma | 1403 DS Continuation End Total Reference Air Kerma | 1404 IS
     Continuation Pulse Number | 1405 SQ Channel Delivery Order Sequence | 1406 IS Referenced Channel Number | 1407 DS
     Start Cumulative Time Weight | 1408 DS End Cumulative Time Weight | 1409 SQ Omitted Channel Sequence | 140a CS
     Reason for Channel Omission | 140b LO Reason for Channel Omission Description | 140c IS Channel Delivery Order
     Index | 140d SQ Channel Delivery Continuation Sequence | 140e SQ Omitted Application Setup Sequence
0076: 0001 LO Implant Assembly Template Name | 0003 LO Implant Assembly Template Issuer | 0006 LO Implant Assembly
     Template Version | 0008 SQ Replaced Implant Assembly Template Sequence | 000a CS Implant Assembly Template Type |
     000c SQ Original Implant Assembly Template Sequence | 000e SQ Derivation Implant Assembly Template Sequence |
     0010 SQ Implant Assembly Template Target Anatomy Sequence | 0020 SQ Procedure Type Code Sequence | 0030 LO
     Surgical Technique | 0032 SQ Component Types Sequence | 0034 SQ Component Type Code Sequence | 0036 CS Exclusive
     Component Type | 0038 CS Mandatory Component Type | 0040 SQ Component Sequence | 0055 US Component ID | 0060 SQ
     Component Assembly Sequence | 0070 US Component 1 Referenced ID | 0080 US Component 1 Referenced Mating Feature
     Set ID | 0090 US Component 1 Referenced Mating Feature ID | 00a0 US Component 2 Referenced ID | 00b0 US Component
     2 Referenced Mating Feature Set ID | 00c0 US Component 2 Referenced Mating Feature ID
0078: 0001 LO Implant Template Group Name | 0010 ST Implant Template Group Description | 0020 LO Implant Template
     Group Issuer | 0024 LO Implant Template Group Version | 0026 SQ Replaced Implant Template Group Sequence | 0028
     SQ Implant Template Group Target Anatomy Sequence | 002a SQ Implant Template Group Members Sequence | 002e US
     Implant Template Group Member ID | 0050 FD 3D Implant Template Group Member Matching Point | 0060 FD 3D Implant
     Template Group Member Matching Axes | 0070 SQ Implant Template Group Member Matching 2D Coordinates Sequence |
     0090 FD 2D Implant Template Group Member Matching Point | 00a0 FD 2D Implant Template Group Member Matching Axes
     | 00b0 SQ Implant Template Group Variation Dimension Sequence | 00b2 LO Implant Template Group Variation
     Dimension Name | 00b4 SQ Implant Template Group Variation Dimension Rank Sequence | 00b6 US Referenced Implant
     Template Group Member ID | 00b8 US Implant Template Group Variation Dimension Rank
0080: 0001 SQ Surface Scan Acquisition Type Code Sequence | 0002 SQ Surface Scan Mode Code Sequence | 0003 SQ
     Registration Method Code Sequence | 0004 FD Shot Duration Time | 0005 FD Shot Offset Time | 0006 US Surface Point
     Presentation Value Data | 0007 US Surface Point Color CIELab Value Data | 0008 SQ UV Mapping Sequence | 0009 SH
     Texture Label | 0010 OF U Value Data | 0011 OF V Value Data | 0012 SQ Referenced Texture Sequence | 0013 SQ
     Referenced Surface Data Sequence
0082: 0001 CS Assessment Summary | 0003 UT Assessment Summary Description | 0004 SQ Assessed SOP Instance Sequence |
     0005 SQ Referenced Comparison SOP Instance Sequence | 0006 UL Number of Assessment Observations | 0007 SQ
     Assessment Observations Sequence | 0008 CS Observation Significance | 000a UT Observation Description | 000c SQ
     Structured Constraint Observation Sequence | 0010 SQ Assessed Attribute Value Sequence | 0016 LO Assessment Set
     ID | 0017 SQ Assessment Requester Sequence | 0018 LO Selector Attribute Name | 0019 LO Selector Attribute Keyword
     | 0021 SQ Assessment Type Code Sequence | 0022 SQ Observation Basis Code Sequence | 0023 LO Assessment Label |
     0032 CS Constraint Type | 0033 UT Specification Selection Guidance | 0034 SQ Constraint Value Sequence | 0035 SQ
     Recommended Default Value Sequence | 0036 CS Constraint Violation Significance | 0037 UT Constraint Violation
     Condition | 0038 CS Modifiable Constraint Flag
0088: 0130 SH Storage Media File-set ID | 0140 UI Storage Media File-set UID | 0200 SQ Icon Image Sequence | 0904 LO
     Topic Title | 0906 ST Topic Subject | 0910 LO Topic Author | 0912 LO Topic Keywords
0100: 0410 CS SOP Instance Status | 0420 DT SOP Authorization DateTime | 0424 LT SOP Authorization Comment | 0426 LO
     Authorization Equipment Certification Number
0400: 0005 US MAC ID Number | 0010 UI MAC Calculation Transfer Syntax UID | 0015 CS MAC Algorithm | 0020 AT Data
     Elements Signed | 0100 UI Digital Signature UID | 0105 DT Digital Signature DateTime | 0110 CS Certificate Type |
     0115 OB Certificate of Signer | 0120 OB Signature | 0305 CS Certified Timestamp Type | 0310 OB Certified
     Timestamp | 0401 SQ Digital Signature Purpose Code Sequence | 0402 SQ Referenced Digital Signature Sequence |
     0403 SQ Referenced SOP Instance MAC Sequence | 0404 OB MAC | 0500 SQ Encrypted Attributes Sequence | 0510 UI
     Encrypted Content Transfer Syntax UID | 0520 OB Encrypted Content | 0550 SQ Modified Attributes Sequence | 0551
     SQ Nonconforming Modified Attributes Sequence | 0552 OB Nonconforming Data Element Value | 0561 SQ Original
     Attributes Sequence | 0562 DT Attribute Modification DateTime | 0563 LO Modifying System | 0564 LO Source of
     Previous Values | 0565 CS Reason for the Attribute Modification | 0600 CS Instance Origin Status
2000: 0010 IS Number of Copies | 001e SQ Printer Configuration Sequence | 0020 CS Print Priority | 0030 CS Medium Type
     | 0040 CS Film Destination | 0050 LO Film Session Label | 0060 IS Memory Allocation | 0061 IS Maximum Memory
     Allocation | 0062 CS Color Image Printing Flag | 0063 CS Collation Flag | 0065 CS Annotation Flag | 0067 CS Image
     Overlay Flag | 0069 CS Presentation LUT Flag | 006a CS Image Box Presentation LUT Flag | 00a0 US Memory Bit Depth
     | 00a1 US Printing Bit Depth | 00a2 SQ Media Installed Sequence | 00a4 SQ Other Media Available Sequence | 00a8
     SQ Supported Image Display Formats Sequence | 0500 SQ Referenced Film Box Sequence | 0510 SQ Referenced Stored
     Print Sequence
2010: 0010 ST Image Display Format | 0030 CS Annotation Display Format ID | 0040 CS Film Orientation | 0050 CS Film
     Size ID | 0052 CS Printer Resolution ID | 0054 CS Default Printer Resolution ID | 0060 CS Magnification Type |
     0080 CS Smoothing Type | 00a6 CS Default Magnification Type | 00a7 CS Other Magnification Types Available | 00a8
     CS Default Smoothing Type | 00a9 CS Other Smoothing Types Available | 0100 CS Border Density | 0110 CS Empty
     Image Density | 0120 US Min Density | 0130 US Max Density | 0140 CS Trim | 0150 ST Configuration Information |
     0152 LT Configuration Information Description | 0154 IS Maximum Collated Films | 015e US Illumination | 0160 US
     Reflected Ambient Light | 0376 DS Printer Pixel Spacing | 0500 SQ Referenced Film Session Sequence | 0510 SQ
     Referenced Image Box Sequence | 0520 SQ Referenced Basic Annotation Box Sequence
2020: 0010 US Image Box Position | 0020 CS Polarity | 0030 DS Requested Image Size | 0040 CS Requested Decimate/Crop
     Behavior | 0050 CS Requested Resolution ID | 00a0 CS Requested Image Size Flag | 00a2 CS Decimate/Crop Result |
     0110 SQ Basic Grayscale Image Sequence | 0111 SQ Basic Color Image Sequence | 0130 SQ Referenced Image Overlay
     Box Sequence | 0140 SQ Referenced VOI LUT Box Sequence
2030: 0010 US Annotation Position | 0020 LO Text String
2040: 0010 SQ Referenced Overlay Plane Sequence | 0011 US Referenced Overlay Plane Groups | 0020 SQ Overlay Pixel Data
     Sequence | 0060 CS Overlay Magnification Type | 0070 CS Overlay Smoothing Type | 0072 CS Overlay or Image
     Magnification | 0074 US Magnify to Number of Columns | 0080 CS Overlay Foreground Density | 0082 CS Overlay
     Background Density | 0090 CS Overlay Mode | 0100 CS Threshold Density | 0500 SQ Referenced Image Box Sequence
     (Retired)
2050: 0010 SQ Presentation LUT Sequence | 0020 CS Presentation LUT Shape | 0500 SQ Referenced Presentation LUT
     Sequence
2100: 0010 SH Print Job ID | 0020 CS Execution Status | 0030 CS Execution Status Info | 0040 DA Creation Date | 0050
     TM Creation Time | 0070 AE Originator | 0140 AE Destination AE | 0160 SH Owner ID | 0170 IS Number of Films |
     0500 SQ Referenced Print Job Sequence (Pull Stored Print)
2110: 0010 CS Printer Status | 0020 CS Printer Status Info | 0030 LO Printer Name | 0099 SH Print Queue ID
2120: 0010 CS Queue Status | 0050 SQ Print Job Description Sequence | 0070 SQ Referenced Print Job Sequence
2130: 0010 SQ Print Management Capabilities Sequence | 0015 SQ Printer Characteristics Sequence | 0030 SQ Film Box
     Content Sequence | 0040 SQ Image Box Content Sequence | 0050 SQ Annotation Content Sequence | 0060 SQ Image
     Overlay Box Content Sequence | 0080 SQ Presentation LUT Content Sequence | 00a0 SQ Proposed Study Sequence | 00c0
     SQ Original Image Sequence
2200: 0001 CS Label Using Information Extracted From Instances | 0002 UT Label Text | 0003 CS Label Style Selection |
     0004 LT Media Disposition | 0005 LT Barcode Value | 0006 CS Barcode Symbology | 0007 CS Allow Media Splitting |
     0008 CS Include Non-DICOM Objects | 0009 CS Include Display Application | 000a CS Preserve Composite Instances
     After Media Creation | 000b US Total Number of Pieces of Media Created | 000c LO Requested Media Application
     Profile | 000d SQ Referenced Storage Media Sequence | 000e AT Failure Attributes | 000f CS Allow Lossy
     Compression | 0020 CS Request Priority
3002: 0002 SH RT Image Label | 0003 LO RT Image Name | 0004 ST RT Image Description | 000a CS Reported Values Origin |
     000c CS RT Image Plane | 000d DS X-Ray Image Receptor Translation | 000e DS X-Ray Image Receptor Angle | 0010 DS
     RT Image Orientation | 0011 DS Image Plane Pixel Spacing | 0012 DS RT Image Position | 0020 SH Radiation Machine
     Name | 0022 DS Radiation Machine SAD | 0024 DS Radiation Machine SSD | 0026 DS RT Image SID | 0028 DS Source to
     Reference Object Distance | 0029 IS Fraction Number | 0030 SQ Exposure Sequence | 0032 DS Meterset Exposure |
     0034 DS Diaphragm Position | 0040 SQ Fluence Map Sequence | 0041 CS Fluence Data Source | 0042 DS Fluence Data
     Scale | 0050 SQ Primary Fluence Mode Sequence | 0051 CS Fluence Mode | 0052 SH Fluence Mode ID | 0100 IS Selected
     Frame Number | 0101 SQ Selected Frame Functional Groups Sequence | 0102 SQ RT Image Frame General Content
     Sequence | 0103 SQ RT Image Frame Context Sequence | 0104 SQ RT Image Scope Sequence | 0105 CS Beam Modifier
     Coordinates Presence Flag | 0106 FD Start Cumulative Meterset | 0107 FD Stop Cumulative Meterset | 0108 SQ RT
     Acquisition Patient Position Sequence | 0109 SQ RT Image Frame Imaging Device Position Sequence | 010a SQ RT
     Image Frame kV Radiation Acquisition Sequence | 010b SQ RT Image Frame MV Radiation Acquisition Sequence | 010c
     SQ RT Image Frame Radiation Acquisition Sequence | 010d SQ Imaging Source Position Sequence | 010e SQ Image
     Receptor Position Sequence | 010f FD Device Position to Equipment Mapping Matrix | 0110 SQ Device Position
     Parameter Sequence | 0111 CS Imaging Source Location Specification Type | 0112 SQ Imaging Device Location Matrix
     Sequence | 0113 SQ Imaging Device Location Parameter Sequence | 0114 SQ Imaging Aperture Sequence | 0115 CS
     Imaging Aperture Specification Type | 0116 US Number of Acquisition Devices | 0117 SQ Acquisition Device Sequence
     | 0118 SQ Acquisition Task Sequence | 0119 SQ Acquisition Task Workitem Code Sequence | 011a SQ Acquisition
     Subtask Sequence | 011b SQ Subtask Workitem Code Sequence | 011c US Acquisition Task Index | 011d US Acquisition
     Subtask Index | 011e SQ Referenced Baseline Parameters RT Radiation Instance Sequence | 011f SQ Position
     Acquisition Template Identification Sequence | 0120 ST Position Acquisition Template ID | 0121 LO Position
     Acquisition Template Name | 0122 SQ Position Acquisition Template Code Sequence | 0123 LT Position Acquisition
     Template Description | 0124 SQ Acquisition Task Applicability Sequence | 0125 SQ Projection Imaging Acquisition
     Parameter Sequence | 0126 SQ CT Imaging Acquisition Parameter Sequence | 0127 SQ KV Imaging Generation Parameters
     Sequence | 0128 SQ MV Imaging Generation Parameters Sequence | 0129 CS Acquisition Signal Type | 012a CS
     Acquisition Method | 012b SQ Scan Start Position Sequence | 012c SQ Scan Stop Position Sequence | 012d FD Imaging
     Source to Beam Modifier Definition Plane Distance | 012e CS Scan Arc Type | 012f CS Detector Positioning Type |
     0130 SQ Additional RT Accessory Device Sequence | 0131 SQ Device-Specific Acquisition Parameter Sequence | 0132
     SQ Referenced Position Reference Instance Sequence | 0133 SQ Energy Derivation Code Sequence | 0134 FD Maximum
     Cumulative Meterset Exposure | 0135 SQ Acquisition Initiation Sequence
3004: 0001 CS DVH Type | 0002 CS Dose Units | 0004 CS Dose Type | 0005 CS Spatial Transform of Dose | 0006 LO Dose
     Comment | 0008 DS Normalization Point | 000a CS Dose Summation Type | 000c DS Grid Frame Offset Vector | 000e DS
     Dose Grid Scaling | 0010 SQ RT Dose ROI Sequence | 0012 DS Dose Value | 0014 CS Tissue Heterogeneity Correction |
     0040 DS DVH Normalization Point | 0042 DS DVH Normalization Dose Value | 0050 SQ DVH Sequence | 0052 DS DVH Dose
     Scaling | 0054 CS DVH Volume Units | 0056 IS DVH Number of Bins | 0058 DS DVH Data | 0060 SQ DVH Referenced ROI
     Sequence | 0062 CS DVH ROI Contribution Type | 0070 DS DVH Minimum Dose | 0072 DS DVH Maximum Dose | 0074 DS DVH
     Mean Dose
3006: 0002 SH Structure Set Label | 0004 LO Structure Set Name | 0006 ST Structure Set Description | 0008 DA Structure
     Set Date | 0009 TM Structure Set Time | 0010 SQ Referenced Frame of Reference Sequence | 0012 SQ RT Referenced
     Study Sequence | 0014 SQ RT Referenced Series Sequence | 0016 SQ Contour Image Sequence | 0018 SQ Predecessor
     Structure Set Sequence | 0020 SQ Structure Set ROI Sequence | 0022 IS ROI Number | 0024 UI Referenced Frame of
     Reference UID | 0026 LO ROI Name | 0028 ST ROI Description | 002a IS ROI Display Color | 002c DS ROI Volume |
     002d DT ROI DateTime | 002e DT ROI Observation DateTime | 0030 SQ RT Related ROI Sequence | 0033 CS RT ROI
     Relationship | 0036 CS ROI Generation Algorithm | 0037 SQ ROI Derivation Algorithm Identification Sequence | 0038
     LO ROI Generation Description | 0039 SQ ROI Contour Sequence | 0040 SQ Contour Sequence | 0042 CS Contour
     Geometric Type | 0044 DS Contour Slab Thickness | 0045 DS Contour Offset Vector | 0046 IS Number of Contour
     Points | 0048 IS Contour Number | 0049 IS Attached Contours | 004a SQ Source Pixel Planes Characteristics
     Sequence | 004b SQ Source Series Sequence | 004c SQ Source Series Information Sequence | 004d SQ ROI Creator
     Sequence | 004e SQ ROI Interpreter Sequence | 004f SQ ROI Observation Context Code Sequence | 0050 DS Contour
     Data | 0080 SQ RT ROI Observations Sequence | 0082 IS Observation Number | 0084 IS Referenced ROI Number | 0085
     SH ROI Observation Label | 0086 SQ RT ROI Identification Code Sequence | 0088 ST ROI Observation Description |
     00a0 SQ Related RT ROI Observations Sequence | 00a4 CS RT ROI Interpreted Type | 00a6 PN ROI Interpreter | 00b0
     SQ ROI Physical Properties Sequence | 00b2 CS ROI Physical Property | 00b4 DS ROI Physical Property Value | 00b6
     SQ ROI Elemental Composition Sequence | 00b7 US ROI Elemental Composition Atomic Number | 00b8 FL ROI Elemental
     Composition Atomic Mass Fraction | 00b9 SQ Additional RT ROI Identification Code Sequence | 00c0 SQ Frame of
     Reference Relationship Sequence | 00c2 UI Related Frame of Reference UID | 00c4 CS Frame of Reference
     Transformation Type | 00c6 DS Frame of Reference Transformation Matrix | 00c8 LO Frame of Reference
     Transformation Comment | 00c9 SQ Patient Location Coordinates Sequence | 00ca SQ Patient Location Coordinates
     Code Sequence | 00cb SQ Patient Support Position Sequence
3008: 0010 SQ Measured Dose Reference Sequence | 0012 ST Measured Dose Description | 0014 CS Measured Dose Type | 0016
     DS Measured Dose Value | 0020 SQ Treatment Session Beam Sequence | 0021 SQ Treatment Session Ion Beam Sequence |
     0022 IS Current Fraction Number | 0024 DA Treatment Control Point Date | 0025 TM Treatment Control Point Time |
     002a CS Treatment Termination Status | 002b SH Treatment Termination Code | 002c CS Treatment Verification Status
     | 0030 SQ Referenced Treatment Record Sequence | 0032 DS Specified Primary Meterset | 0033 DS Specified Secondary
     Meterset | 0036 DS Delivered Primary Meterset | 0037 DS Delivered Secondary Meterset | 003a DS Specified
     Treatment Time | 003b DS Delivered Treatment Time | 0040 SQ Control Point Delivery Sequence | 0041 SQ Ion Control
     Point Delivery Sequence | 0042 DS Specified Meterset | 0044 DS Delivered Meterset | 0045 FL Meterset Rate Set |
     0046 FL Meterset Rate Delivered | 0047 FL Scan Spot Metersets Delivered | 0048 DS Dose Rate Delivered | 0050 SQ
     Treatment Summary Calculated Dose Reference Sequence | 0052 DS Cumulative Dose to Dose Reference | 0054 DA First
     Treatment Date | 0056 DA Most Recent Treatment Date | 005a IS Number of Fractions Delivered | 0060 SQ Override
     Sequence | 0061 AT Parameter Sequence Pointer | 0062 AT Override Parameter Pointer | 0063 IS Parameter Item Index
     | 0064 IS Measured Dose Reference Number | 0065 AT Parameter Pointer | 0066 ST Override Reason | 0067 US
     Parameter Value Number | 0068 SQ Corrected Parameter Sequence | 006a FL Correction Value | 0070 SQ Calculated
     Dose Reference Sequence | 0072 IS Calculated Dose Reference Number | 0074 ST Calculated Dose Reference
     Description | 0076 DS Calculated Dose Reference Dose Value | 0078 DS Start Meterset | 007a DS End Meterset | 0080
     SQ Referenced Measured Dose Reference Sequence | 0082 IS Referenced Measured Dose Reference Number | 0090 SQ
     Referenced Calculated Dose Reference Sequence | 0092 IS Referenced Calculated Dose Reference Number | 00a0 SQ
     Beam Limiting Device Leaf Pairs Sequence | 00a1 SQ Enhanced RT Beam Limiting Device Sequence | 00a2 SQ Enhanced
     RT Beam Limiting Opening Sequence | 00a3 CS Enhanced RT Beam Limiting Device Definition Flag | 00a4 FD Parallel
     RT Beam Delimiter Opening Extents | 00b0 SQ Recorded Wedge Sequence | 00c0 SQ Recorded Compensator Sequence |
     00d0 SQ Recorded Block Sequence | 00d1 SQ Recorded Block Slab Sequence | 00e0 SQ Treatment Summary Measured Dose
     Reference Sequence | 00f0 SQ Recorded Snout Sequence | 00f2 SQ Recorded Range Shifter Sequence | 00f4 SQ Recorded
     Lateral Spreading Device Sequence | 00f6 SQ Recorded Range Modulator Sequence | 0100 SQ Recorded Source Sequence
     | 0105 LO Source Serial Number | 0110 SQ Treatment Session Application Setup Sequence | 0116 CS Application Setup
     Check | 0120 SQ Recorded Brachy Accessory Device Sequence | 0122 IS Referenced Brachy Accessory Device Number |
     0130 SQ Recorded Channel Sequence | 0132 DS Specified Channel Total Time | 0134 DS Delivered Channel Total Time |
     0136 IS Specified Number of Pulses | 0138 IS Delivered Number of Pulses | 013a DS Specified Pulse Repetition
     Interval | 013c DS Delivered Pulse Repetition Interval | 0140 SQ Recorded Source Applicator Sequence | 0142 IS
     Referenced Source Applicator Number | 0150 SQ Recorded Channel Shield Sequence | 0152 IS Referenced Channel
     Shield Number | 0160 SQ Brachy Control Point Delivered Sequence | 0162 DA Safe Position Exit Date | 0164 TM Safe
     Position Exit Time | 0166 DA Safe Position Return Date | 0168 TM Safe Position Return Time | 0171 SQ Pulse
     Specific Brachy Control Point Delivered Sequence | 0172 US Pulse Number | 0173 SQ Brachy Pulse Control Point
     Delivered Sequence | 0200 CS Current Treatment Status | 0202 ST Treatment Status Comment | 0220 SQ Fraction Group
     Summary Sequence | 0223 IS Referenced Fraction Number | 0224 CS Fraction Group Type | 0230 CS Beam Stopper
     Position | 0240 SQ Fraction Status Summary Sequence | 0250 DA Treatment Date | 0251 TM Treatment Time
300a: 0002 SH RT Plan Label | 0003 LO RT Plan Name | 0004 ST RT Plan Description | 0006 DA RT Plan Date | 0007 TM RT
     Plan Time | 0009 LO Treatment Protocols | 000a CS Plan Intent | 000b LO Treatment Sites | 000c CS RT Plan
     Geometry | 000e ST Prescription Description | 0010 SQ Dose Reference Sequence | 0012 IS Dose Reference Number |
     0013 UI Dose Reference UID | 0014 CS Dose Reference Structure Type | 0015 CS Nominal Beam Energy Unit | 0016 LO
     Dose Reference Description | 0018 DS Dose Reference Point Coordinates | 001a DS Nominal Prior Dose | 0020 CS Dose
     Reference Type | 0021 DS Constraint Weight | 0022 DS Delivery Warning Dose | 0023 DS Delivery Maximum Dose | 0025
     DS Target Minimum Dose | 0026 DS Target Prescription Dose | 0027 DS Target Maximum Dose | 0028 DS Target
     Underdose Volume Fraction | 002a DS Organ at Risk Full-volume Dose | 002b DS Organ at Risk Limit Dose | 002c DS
     Organ at Risk Maximum Dose | 002d DS Organ at Risk Overdose Volume Fraction | 0040 SQ Tolerance Table Sequence |
     0042 IS Tolerance Table Number | 0043 SH Tolerance Table Label | 0044 DS Gantry Angle Tolerance | 0046 DS Beam
     Limiting Device Angle Tolerance | 0048 SQ Beam Limiting Device Tolerance Sequence | 004a DS Beam Limiting Device
     Position Tolerance | 004b FL Snout Position Tolerance | 004c DS Patient Support Angle Tolerance | 004e DS Table
     Top Eccentric Angle Tolerance | 004f FL Table Top Pitch Angle Tolerance | 0050 FL Table Top Roll Angle Tolerance
     | 0051 DS Table Top Vertical Position Tolerance | 0052 DS Table Top Longitudinal Position Tolerance | 0053 DS
     Table Top Lateral Position Tolerance | 0054 UI Table Top Position Alignment UID | 0055 CS RT Plan Relationship |
     0070 SQ Fraction Group Sequence | 0071 IS Fraction Group Number | 0072 LO Fraction Group Description | 0078 IS
     Number of Fractions Planned | 0079 IS Number of Fraction Pattern Digits Per Day | 007a IS Repeat Fraction Cycle
     Length | 007b LT Fraction Pattern | 0080 IS Number of Beams | 0082 DS Beam Dose Specification Point | 0083 UI
     Referenced Dose Reference UID | 0084 DS Beam Dose | 0086 DS Beam Meterset | 0088 FL Beam Dose Point Depth | 0089
     FL Beam Dose Point Equivalent Depth | 008a FL Beam Dose Point SSD | 008b CS Beam Dose Meaning | 008c SQ Beam Dose
     Verification Control Point Sequence | 008d FL Average Beam Dose Point Depth | 008e FL Average Beam Dose Point
     Equivalent Depth | 008f FL Average Beam Dose Point SSD | 0090 CS Beam Dose Type | 0091 DS Alternate Beam Dose |
     0092 CS Alternate Beam Dose Type | 0093 CS Depth Value Averaging Flag | 0094 DS Beam Dose Point Source to
     External Contour Distance | 00a0 IS Number of Brachy Application Setups | 00a2 DS Brachy Application Setup Dose
     Specification Point | 00a4 DS Brachy Application Setup Dose | 00b0 SQ Beam Sequence | 00b2 SH Treatment Machine
     Name | 00b3 CS Primary Dosimeter Unit | 00b4 DS Source-Axis Distance | 00b6 SQ Beam Limiting Device Sequence |
     00b8 CS RT Beam Limiting Device Type | 00ba DS Source to Beam Limiting Device Distance | 00bb FL Isocenter to
     Beam Limiting Device Distance | 00bc IS Number of Leaf/Jaw Pairs | 00be DS Leaf Position Boundaries | 00c0 IS
     Beam Number | 00c2 LO Beam Name | 00c3 ST Beam Description | 00c4 CS Beam Type | 00c5 FD Beam Delivery Duration
     Limit | 00c6 CS Radiation Type | 00c7 CS High-Dose Technique Type | 00c8 IS Reference Image Number | 00ca SQ
     Planned Verification Image Sequence | 00cc LO Imaging Device-Specific Acquisition Parameters | 00ce CS Treatment
     Delivery Type | 00d0 IS Number of Wedges | 00d1 SQ Wedge Sequence | 00d2 IS Wedge Number | 00d3 CS Wedge Type |
     00d4 SH Wedge ID | 00d5 IS Wedge Angle | 00d6 DS Wedge Factor | 00d7 FL Total Wedge Tray Water-Equivalent
     Thickness | 00d8 DS Wedge Orientation | 00d9 FL Isocenter to Wedge Tray Distance | 00da DS Source to Wedge Tray
     Distance | 00db FL Wedge Thin Edge Position | 00dc SH Bolus ID | 00dd ST Bolus Description | 00de DS Effective
     Wedge Angle | 00e0 IS Number of Compensators | 00e1 SH Material ID | 00e2 DS Total Compensator Tray Factor | 00e3
     SQ Compensator Sequence | 00e4 IS Compensator Number | 00e5 SH Compensator ID | 00e6 DS Source to Compensator
     Tray Distance | 00e7 IS Compensator Rows | 00e8 IS Compensator Columns | 00e9 DS Compensator Pixel Spacing | 00ea
     DS Compensator Position | 00eb DS Compensator Transmission Data | 00ec DS Compensator Thickness Data | 00ed IS
     Number of Boli | 00ee CS Compensator Type | 00ef SH Compensator Tray ID | 00f0 IS Number of Blocks | 00f2 DS
     Total Block Tray Factor | 00f3 FL Total Block Tray Water-Equivalent Thickness | 00f4 SQ Block Sequence | 00f5 SH
     Block Tray ID | 00f6 DS Source to Block Tray Distance | 00f7 FL Isocenter to Block Tray Distance | 00f8 CS Block
     Type | 00f9 LO Accessory Code | 00fa CS Block Divergence | 00fb CS Block Mounting Position | 00fc IS Block Number
     | 00fe LO Block Name | 0100 DS Block Thickness | 0102 DS Block Transmission | 0104 IS Block Number of Points |
     0106 DS Block Data | 0107 SQ Applicator Sequence | 0108 SH Applicator ID | 0109 CS Applicator Type | 010a LO
     Applicator Description | 010c DS Cumulative Dose Reference Coefficient | 010e DS Final Cumulative Meterset Weight
     | 0110 IS Number of Control Points | 0111 SQ Control Point Sequence | 0112 IS Control Point Index | 0114 DS
     Nominal Beam Energy | 0115 DS Dose Rate Set | 0116 SQ Wedge Position Sequence | 0118 CS Wedge Position | 011a SQ
     Beam Limiting Device Position Sequence | 011c DS Leaf/Jaw Positions | 011e DS Gantry Angle | 011f CS Gantry
     Rotation Direction | 0120 DS Beam Limiting Device Angle | 0121 CS Beam Limiting Device Rotation Direction | 0122
     DS Patient Support Angle | 0123 CS Patient Support Rotation Direction | 0124 DS Table Top Eccentric Axis Distance
     | 0125 DS Table Top Eccentric Angle | 0126 CS Table Top Eccentric Rotation Direction | 0128 DS Table Top Vertical
     Position | 0129 DS Table Top Longitudinal Position | 012a DS Table Top Lateral Position | 012c DS Isocenter
     Position | 012e DS Surface Entry Point | 0130 DS Source to Surface Distance | 0131 FL Average Beam Dose Point
     Source to External Contour Distance | 0132 FL Source to External Contour Distance | 0133 FL External Contour
     Entry Point | 0134 DS Cumulative Meterset Weight | 0140 FL Table Top Pitch Angle | 0142 CS Table Top Pitch
     Rotation Direction | 0144 FL Table Top Roll Angle | 0146 CS Table Top Roll Rotation Direction | 0148 FL Head
     Fixation Angle | 014a FL Gantry Pitch Angle | 014c CS Gantry Pitch Rotation Direction | 014e FL Gantry Pitch
     Angle Tolerance | 0150 CS Fixation Eye | 0151 DS Chair Head Frame Position | 0152 DS Head Fixation Angle
     Tolerance | 0153 DS Chair Head Frame Position Tolerance | 0154 DS Fixation Light Azimuthal Angle Tolerance | 0155
     DS Fixation Light Polar Angle Tolerance | 0180 SQ Patient Setup Sequence | 0182 IS Patient Setup Number | 0183 LO
     Patient Setup Label | 0184 LO Patient Additional Position | 0190 SQ Fixation Device Sequence | 0192 CS Fixation
     Device Type | 0194 SH Fixation Device Label | 0196 ST Fixation Device Description | 0198 SH Fixation Device
     Position | 0199 FL Fixation Device Pitch Angle | 019a FL Fixation Device Roll Angle | 01a0 SQ Shielding Device
     Sequence | 01a2 CS Shielding Device Type | 01a4 SH Shielding Device Label | 01a6 ST Shielding Device Description
     | 01a8 SH Shielding Device Position | 01b0 CS Setup Technique | 01b2 ST Setup Technique Description | 01b4 SQ
     Setup Device Sequence | 01b6 CS Setup Device Type | 01b8 SH Setup Device Label | 01ba ST Setup Device Description
     | 01bc DS Setup Device Parameter | 01d0 ST Setup Reference Description | 01d2 DS Table Top Vertical Setup
     Displacement | 01d4 DS Table Top Longitudinal Setup Displacement | 01d6 DS Table Top Lateral Setup Displacement |
     0200 CS Brachy Treatment Technique | 0202 CS Brachy Treatment Type | 0206 SQ Treatment Machine Sequence | 0210 SQ
     Source Sequence | 0212 IS Source Number | 0214 CS Source Type | 0216 LO Source Manufacturer | 0218 DS Active
     Source Diameter | 021a DS Active Source Length | 021b SH Source Model ID | 021c LO Source Description | 0222 DS
     Source Encapsulation Nominal Thickness | 0224 DS Source Encapsulation Nominal Transmission | 0226 LO Source
     Isotope Name | 0228 DS Source Isotope Half Life | 0229 CS Source Strength Units | 022a DS Reference Air Kerma
     Rate | 022b DS Source Strength | 022c DA Source Strength Reference Date | 022e TM Source Strength Reference Time
     | 0230 SQ Application Setup Sequence | 0232 CS Application Setup Type | 0234 IS Application Setup Number | 0236
     LO Application Setup Name | 0238 LO Application Setup Manufacturer | 0240 IS Template Number | 0242 SH Template
     Type | 0244 LO Template Name | 0250 DS Total Reference Air Kerma | 0260 SQ Brachy Accessory Device Sequence |
     0262 IS Brachy Accessory Device Number | 0263 SH Brachy Accessory Device ID | 0264 CS Brachy Accessory Device
     Type | 0266 LO Brachy Accessory Device Name | 026a DS Brachy Accessory Device Nominal Thickness | 026c DS Brachy
     Accessory Device Nominal Transmission | 0271 DS Channel Effective Length | 0272 DS Channel Inner Length | 0273 SH
     Afterloader Channel ID | 0274 DS Source Applicator Tip Length | 0280 SQ Channel Sequence | 0282 IS Channel Number
     | 0284 DS Channel Length | 0286 DS Channel Total Time | 0288 CS Source Movement Type | 028a IS Number of Pulses |
     028c DS Pulse Repetition Interval | 0290 IS Source Applicator Number | 0291 SH Source Applicator ID | 0292 CS
     Source Applicator Type | 0294 LO Source Applicator Name | 0296 DS Source Applicator Length | 0298 LO Source
     Applicator Manufacturer | 029c DS Source Applicator Wall Nominal Thickness | 029e DS Source Applicator Wall
     Nominal Transmission | 02a0 DS Source Applicator Step Size | 02a1 IS Applicator Shape Referenced ROI Number |
     02a2 IS Transfer Tube Number | 02a4 DS Transfer Tube Length | 02b0 SQ Channel Shield Sequence | 02b2 IS Channel
     Shield Number | 02b3 SH Channel Shield ID | 02b4 LO Channel Shield Name | 02b8 DS Channel Shield Nominal
     Thickness | 02ba DS Channel Shield Nominal Transmission | 02c8 DS Final Cumulative Time Weight | 02d0 SQ Brachy
     Control Point Sequence | 02d2 DS Control Point Relative Position | 02d4 DS Control Point 3D Position | 02d6 DS
     Cumulative Time Weight | 02e0 CS Compensator Divergence | 02e1 CS Compensator Mounting Position | 02e2 DS Source
     to Compensator Distance | 02e3 FL Total Compensator Tray Water-Equivalent Thickness | 02e4 FL Isocenter to
     Compensator Tray Distance | 02e5 FL Compensator Column Offset | 02e6 FL Isocenter to Compensator Distances | 02e7
     FL Compensator Relative Stopping Power Ratio | 02e8 FL Compensator Milling Tool Diameter | 02ea SQ Ion Range
     Compensator Sequence | 02eb LT Compensator Description | 0302 IS Radiation Mass Number | 0304 IS Radiation Atomic
     Number | 0306 SS Radiation Charge State | 0308 CS Scan Mode | 0309 CS Modulated Scan Mode Type | 030a FL Virtual
     Source-Axis Distances | 030c SQ Snout Sequence | 030d FL Snout Position | 030f SH Snout ID | 0312 IS Number of
     Range Shifters | 0314 SQ Range Shifter Sequence | 0316 IS Range Shifter Number | 0318 SH Range Shifter ID | 0320
     CS Range Shifter Type | 0322 LO Range Shifter Description | 0330 IS Number of Lateral Spreading Devices | 0332 SQ
     Lateral Spreading Device Sequence | 0334 IS Lateral Spreading Device Number | 0336 SH Lateral Spreading Device ID
     | 0338 CS Lateral Spreading Device Type | 033a LO Lateral Spreading Device Description | 033c FL Lateral
     Spreading Device Water Equivalent Thickness | 0340 IS Number of Range Modulators | 0342 SQ Range Modulator
     Sequence | 0344 IS Range Modulator Number | 0346 SH Range Modulator ID | 0348 CS Range Modulator Type | 034a LO
     Range Modulator Description | 034c SH Beam Current Modulation ID | 0350 CS Patient Support Type | 0352 SH Patient
     Support ID | 0354 LO Patient Support Accessory Code | 0355 LO Tray Accessory Code | 0356 FL Fixation Light
     Azimuthal Angle | 0358 FL Fixation Light Polar Angle | 035a FL Meterset Rate | 0360 SQ Range Shifter Settings
     Sequence | 0362 LO Range Shifter Setting | 0364 FL Isocenter to Range Shifter Distance | 0366 FL Range Shifter
     Water Equivalent Thickness | 0370 SQ Lateral Spreading Device Settings Sequence | 0372 LO Lateral Spreading
     Device Setting | 0374 FL Isocenter to Lateral Spreading Device Distance | 0380 SQ Range Modulator Settings
     Sequence | 0382 FL Range Modulator Gating Start Value | 0384 FL Range Modulator Gating Stop Value | 0386 FL Range
     Modulator Gating Start Water Equivalent Thickness | 0388 FL Range Modulator Gating Stop Water Equivalent
     Thickness | 038a FL Isocenter to Range Modulator Distance | 038f FL Scan Spot Time Offset | 0390 SH Scan Spot
     Tune ID | 0391 IS Scan Spot Prescribed Indices | 0392 IS Number of Scan Spot Positions | 0393 CS Scan Spot
     Reordered | 0394 FL Scan Spot Position Map | 0395 CS Scan Spot Reordering Allowed | 0396 FL Scan Spot Meterset
     Weights | 0398 FL Scanning Spot Size | 0399 FL Scan Spot Sizes Delivered | 039a IS Number of Paintings | 03a0 SQ
     Ion Tolerance Table Sequence | 03a2 SQ Ion Beam Sequence | 03a4 SQ Ion Beam Limiting Device Sequence | 03a6 SQ
     Ion Block Sequence | 03a8 SQ Ion Control Point Sequence | 03aa SQ Ion Wedge Sequence | 03ac SQ Ion Wedge Position
     Sequence | 0401 SQ Referenced Setup Image Sequence | 0402 ST Setup Image Comment | 0410 SQ Motion Synchronization
     Sequence | 0412 FL Control Point Orientation | 0420 SQ General Accessory Sequence | 0421 SH General Accessory ID
     | 0422 ST General Accessory Description | 0423 CS General Accessory Type | 0424 IS General Accessory Number |
     0425 FL Source to General Accessory Distance | 0426 DS Isocenter to General Accessory Distance | 0431 SQ
     Applicator Geometry Sequence | 0432 CS Applicator Aperture Shape | 0433 FL Applicator Opening | 0434 FL
     Applicator Opening X | 0435 FL Applicator Opening Y | 0436 FL Source to Applicator Mounting Position Distance |
     0440 IS Number of Block Slab Items | 0441 SQ Block Slab Sequence | 0442 DS Block Slab Thickness | 0443 US Block
     Slab Number | 0450 SQ Device Motion Control Sequence | 0451 CS Device Motion Execution Mode | 0452 CS Device
     Motion Observation Mode | 0453 SQ Device Motion Parameter Code Sequence | 0501 FL Distal Depth Fraction | 0502 FL
     Distal Depth | 0503 FL Nominal Range Modulation Fractions | 0504 FL Nominal Range Modulated Region Depths | 0505
     SQ Depth Dose Parameters Sequence | 0506 SQ Delivered Depth Dose Parameters Sequence | 0507 FL Delivered Distal
     Depth Fraction | 0508 FL Delivered Distal Depth | 0509 FL Delivered Nominal Range Modulation Fractions | 0510 FL
     Delivered Nominal Range Modulated Region Depths | 0511 CS Delivered Reference Dose Definition | 0512 CS Reference
     Dose Definition | 0600 US RT Control Point Index | 0601 US Radiation Generation Mode Index | 0602 US Referenced
     Defined Device Index | 0603 US Radiation Dose Identification Index | 0604 US Number of RT Control Points | 0605
     US Referenced Radiation Generation Mode Index | 0606 US Treatment Position Index | 0607 US Referenced Device
     Index | 0608 LO Treatment Position Group Label | 0609 UI Treatment Position Group UID | 060a SQ Treatment
     Position Group Sequence | 060b US Referenced Treatment Position Index | 060c US Referenced Radiation Dose
     Identification Index | 060d FD RT Accessory Holder Water-Equivalent Thickness | 060e US Referenced RT Accessory
     Holder Device Index | 060f CS RT Accessory Holder Slot Existence Flag | 0610 SQ RT Accessory Holder Slot Sequence
     | 0611 LO RT Accessory Holder Slot ID | 0612 FD RT Accessory Holder Slot Distance | 0613 FD RT Accessory Slot
     Distance | 0614 SQ RT Accessory Holder Definition Sequence | 0615 LO RT Accessory Device Slot ID | 0616 SQ RT
     Radiation Sequence | 0617 SQ Radiation Dose Sequence | 0618 SQ Radiation Dose Identification Sequence | 0619 LO
     Radiation Dose Identification Label | 061a CS Reference Dose Type | 061b CS Primary Dose Value Indicator | 061c
     SQ Dose Values Sequence | 061d CS Dose Value Purpose | 061e FD Reference Dose Point Coordinates | 061f SQ
     Radiation Dose Values Parameters Sequence | 0620 SQ Meterset to Dose Mapping Sequence | 0621 SQ Expected In-Vivo
     Measurement Values Sequence | 0622 US Expected In-Vivo Measurement Value Index | 0623 LO Radiation Dose In-Vivo
     Measurement Label | 0624 FD Radiation Dose Central Axis Displacement | 0625 FD Radiation Dose Value | 0626 FD
     Radiation Dose Source to Skin Distance | 0627 FD Radiation Dose Measurement Point Coordinates | 0628 FD Radiation
     Dose Source to External Contour Distance | 0629 SQ RT Tolerance Set Sequence | 062a LO RT Tolerance Set Label |
     062b SQ Attribute Tolerance Values Sequence | 062c FD Tolerance Value | 062d SQ Patient Support Position
     Tolerance Sequence | 062e FD Treatment Time Limit | 062f SQ C-Arm Photon-Electron Control Point Sequence | 0630
     SQ Referenced RT Radiation Sequence | 0631 SQ Referenced RT Instance Sequence | 0632 SQ Referenced RT Patient
     Setup Sequence | 0634 FD Source to Patient Surface Distance | 0635 SQ Treatment Machine Special Mode Code
     Sequence | 0636 US Intended Number of Fractions | 0637 CS RT Radiation Set Intent | 0638 CS RT Radiation Physical
     and Geometric Content Detail Flag | 0639 CS RT Record Flag | 063a SQ Treatment Device Identification Sequence |
     063b SQ Referenced RT Physician Intent Sequence | 063c FD Cumulative Meterset | 063d FD Delivery Rate | 063e SQ
     Delivery Rate Unit Sequence | 063f SQ Treatment Position Sequence | 0640 FD Radiation Source-Axis Distance | 0641
     US Number of RT Beam Limiting Devices | 0642 FD RT Beam Limiting Device Proximal Distance | 0643 FD RT Beam
     Limiting Device Distal Distance | 0644 SQ Parallel RT Beam Delimiter Device Orientation Label Code Sequence |
     0645 FD Beam Modifier Orientation Angle | 0646 SQ Fixed RT Beam Delimiter Device Sequence | 0647 SQ Parallel RT
     Beam Delimiter Device Sequence | 0648 US Number of Parallel RT Beam Delimiters | 0649 FD Parallel RT Beam
     Delimiter Boundaries | 064a FD Parallel RT Beam Delimiter Positions | 064b FD RT Beam Limiting Device Offset |
     064c SQ RT Beam Delimiter Geometry Sequence | 064d SQ RT Beam Limiting Device Definition Sequence | 064e CS
     Parallel RT Beam Delimiter Opening Mode | 064f CS Parallel RT Beam Delimiter Leaf Mounting Side | 0650 UI Patient
     Setup UID | 0651 SQ Wedge Definition Sequence | 0652 FD Radiation Beam Wedge Angle | 0653 FD Radiation Beam Wedge
     Thin Edge Distance | 0654 FD Radiation Beam Effective Wedge Angle | 0655 US Number of Wedge Positions | 0656 SQ
     RT Beam Limiting Device Opening Sequence | 0657 US Number of RT Beam Limiting Device Openings | 0658 SQ Radiation
     Dosimeter Unit Sequence | 0659 SQ RT Device Distance Reference Location Code Sequence | 065a SQ Radiation Device
     Configuration and Commissioning Key Sequence | 065b SQ Patient Support Position Parameter Sequence | 065c CS
     Patient Support Position Specification Method | 065d SQ Patient Support Position Device Parameter Sequence | 065e
     US Device Order Index | 065f US Patient Support Position Parameter Order Index | 0660 SQ Patient Support Position
     Device Tolerance Sequence | 0661 US Patient Support Position Tolerance Order Index | 0662 SQ Compensator
     Definition Sequence | 0663 CS Compensator Map Orientation | 0664 OF Compensator Proximal Thickness Map | 0665 OF
     Compensator Distal Thickness Map | 0666 FD Compensator Base Plane Offset | 0667 SQ Compensator Shape Fabrication
     Code Sequence | 0668 SQ Compensator Shape Sequence | 0669 FD Radiation Beam Compensator Milling Tool Diameter |
     066a SQ Block Definition Sequence | 066b OF Block Edge Data | 066c CS Block Orientation | 066d FD Radiation Beam
     Block Thickness | 066e FD Radiation Beam Block Slab Thickness | 066f SQ Block Edge Data Sequence | 0670 US Number
     of RT Accessory Holders | 0671 SQ General Accessory Definition Sequence | 0672 US Number of General Accessories |
     0673 SQ Bolus Definition Sequence | 0674 US Number of Boluses | 0675 UI Equipment Frame of Reference UID | 0676
     ST Equipment Frame of Reference Description | 0677 SQ Equipment Reference Point Coordinates Sequence | 0678 SQ
     Equipment Reference Point Code Sequence | 0679 FD RT Beam Limiting Device Angle | 067a FD Source Roll Angle |
     067b SQ Radiation GenerationMode Sequence | 067c SH Radiation GenerationMode Label | 067d ST Radiation
     GenerationMode Description | 067e SQ Radiation GenerationMode Machine Code Sequence | 067f SQ Radiation Type Code
     Sequence | 0680 DS Nominal Energy | 0681 DS Minimum Nominal Energy | 0682 DS Maximum Nominal Energy | 0683 SQ
     Radiation Fluence Modifier Code Sequence | 0684 SQ Energy Unit Code Sequence | 0685 US Number of Radiation
     GenerationModes | 0686 SQ Patient Support Devices Sequence | 0687 US Number of Patient Support Devices | 0688 FD
     RT Beam Modifier Definition Distance | 0689 SQ Beam Area Limit Sequence | 068a SQ Referenced RT Prescription
     Sequence | 068b CS Dose Value Interpretation | 0700 UI Treatment Session UID | 0701 CS RT Radiation Usage | 0702
     SQ Referenced RT Radiation Set Sequence | 0703 SQ Referenced RT Radiation Record Sequence | 0704 US RT Radiation
     Set Delivery Number | 0705 US Clinical Fraction Number | 0706 CS RT Treatment Fraction Completion Status | 0707
     CS RT Radiation Set Usage | 0708 CS Treatment Delivery Continuation Flag | 0709 CS Treatment Record Content
     Origin | 0714 CS RT Treatment Termination Status | 0715 SQ RT Treatment Termination Reason Code Sequence | 0716
     SQ Machine-Specific Treatment Termination Code Sequence | 0722 SQ RT Radiation Salvage Record Control Point
     Sequence | 0723 CS Starting Meterset Value Known Flag | 0730 ST Treatment Termination Description | 0731 SQ
     Treatment Tolerance Violation Sequence | 0732 CS Treatment Tolerance Violation Category | 0733 SQ Treatment
     Tolerance Violation Attribute Sequence | 0734 ST Treatment Tolerance Violation Description | 0735 ST Treatment
     Tolerance Violation Identification | 0736 DT Treatment Tolerance Violation DateTime | 073a DT Recorded RT Control
     Point DateTime | 073b US Referenced Radiation RT Control Point Index | 073e SQ Alternate Value Sequence | 073f SQ
     Confirmation Sequence | 0740 SQ Interlock Sequence | 0741 DT Interlock DateTime | 0742 ST Interlock Description |
     0743 SQ Interlock Originating Device Sequence | 0744 SQ Interlock Code Sequence | 0745 SQ Interlock Resolution
     Code Sequence | 0746 SQ Interlock Resolution User Sequence | 0760 DT Override DateTime | 0761 SQ Treatment
     Tolerance Violation Type Code Sequence | 0762 SQ Treatment Tolerance Violation Cause Code Sequence | 0772 SQ
     Measured Meterset to Dose Mapping Sequence | 0773 US Referenced Expected In-Vivo Measurement Value Index | 0774
     SQ Dose Measurement Device Code Sequence | 0780 SQ Additional Parameter Recording Instance Sequence | 0783 ST
     Interlock Origin Description | 0784 SQ RT Patient Position Scope Sequence | 0785 UI Referenced Treatment Position
     Group UID | 0786 US Radiation Order Index | 0787 SQ Omitted Radiation Sequence | 0788 SQ Reason for Omission Code
     Sequence | 0789 SQ RT Delivery Start Patient Position Sequence | 078a SQ RT Treatment Preparation Patient
     Position Sequence | 078b SQ Referenced RT Treatment Preparation Sequence | 078c SQ Referenced Patient Setup Photo
     Sequence | 078d SQ Patient Treatment Preparation Method Code Sequence | 078e LT Patient Treatment Preparation
     Procedure Parameter Description | 078f SQ Patient Treatment Preparation Device Sequence | 0790 SQ Patient
     Treatment Preparation Procedure Sequence | 0791 SQ Patient Treatment Preparation Procedure Code Sequence | 0792
     LT Patient Treatment Preparation Method Description | 0793 SQ Patient Treatment Preparation Procedure Parameter
     Sequence | 0794 LT Patient Setup Photo Description | 0795 US Patient Treatment Preparation Procedure Index | 0796
     US Referenced Patient Setup Procedure Index | 0797 SQ RT Radiation Task Sequence | 0798 SQ RT Patient Position
     Displacement Sequence | 0799 SQ RT Patient Position Sequence | 079a LO Displacement Reference Label | 079b FD
     Displacement Matrix | 079c SQ Patient Support Displacement Sequence | 079d SQ Displacement Reference Location
     Code Sequence | 079e CS RT Radiation Set Delivery Usage | 079f SQ Patient Treatment Preparation Sequence | 07a0
     SQ Patient to Equipment Relationship Sequence | 07a1 SQ Imaging Equipment to Treatment Delivery Device
     Relationship Sequence
300c: 0002 SQ Referenced RT Plan Sequence | 0004 SQ Referenced Beam Sequence | 0006 IS Referenced Beam Number | 0007
     IS Referenced Reference Image Number | 0008 DS Start Cumulative Meterset Weight | 0009 DS End Cumulative Meterset
     Weight | 000a SQ Referenced Brachy Application Setup Sequence | 000c IS Referenced Brachy Application Setup
     Number | 000e IS Referenced Source Number | 0020 SQ Referenced Fraction Group Sequence | 0022 IS Referenced
     Fraction Group Number | 0040 SQ Referenced Verification Image Sequence | 0042 SQ Referenced Reference Image
     Sequence | 0050 SQ Referenced Dose Reference Sequence | 0051 IS Referenced Dose Reference Number | 0055 SQ Brachy
     Referenced Dose Reference Sequence | 0060 SQ Referenced Structure Set Sequence | 006a IS Referenced Patient Setup
     Number | 0080 SQ Referenced Dose Sequence | 00a0 IS Referenced Tolerance Table Number | 00b0 SQ Referenced Bolus
     Sequence | 00c0 IS Referenced Wedge Number | 00d0 IS Referenced Compensator Number | 00e0 IS Referenced Block
     Number | 00f0 IS Referenced Control Point Index | 00f2 SQ Referenced Control Point Sequence | 00f4 IS Referenced
     Start Control Point Index | 00f6 IS Referenced Stop Control Point Index | 0100 IS Referenced Range Shifter Number
     | 0102 IS Referenced Lateral Spreading Device Number | 0104 IS Referenced Range Modulator Number | 0111 SQ
     Omitted Beam Task Sequence | 0112 CS Reason for Omission | 0113 LO Reason for Omission Description | 0114 SQ
     Prescription Overview Sequence | 0115 FL Total Prescription Dose | 0116 SQ Plan Overview Sequence | 0117 US Plan
     Overview Index | 0118 US Referenced Plan Overview Index | 0119 US Number of Fractions Included | 0120 SQ Dose
     Calibration Conditions Sequence | 0121 FD Absorbed Dose to Meterset Ratio | 0122 FD Delineated Radiation Field
     Size | 0123 CS Dose Calibration Conditions Verified Flag | 0124 FD Calibration Reference Point Depth | 0125 SQ
     Gating Beam Hold Transition Sequence | 0126 CS Beam Hold Transition | 0127 DT Beam Hold Transition DateTime |
     0128 SQ Beam Hold Originating Device Sequence | 0129 CS Beam Hold Transition Trigger Source
300e: 0002 CS Approval Status | 0004 DA Review Date | 0005 TM Review Time | 0008 PN Reviewer Name
3010: 0001 SQ Radiobiological Dose Effect Sequence | 0002 CS Radiobiological Dose Effect Flag | 0003 SQ Effective Dose
     Calculation Method Category Code Sequence | 0004 SQ Effective Dose Calculation Method Code Sequence | 0005 LO
     Effective Dose Calculation Method Description | 0006 UI Conceptual Volume UID | 0007 SQ Originating SOP Instance
     Reference Sequence | 0008 SQ Conceptual Volume Constituent Sequence | 0009 SQ Equivalent Conceptual Volume
     Instance Reference Sequence | 000a SQ Equivalent Conceptual Volumes Sequence | 000b UI Referenced Conceptual
     Volume UID | 000c UT Conceptual Volume Combination Expression | 000d US Conceptual Volume Constituent Index |
     000e CS Conceptual Volume Combination Flag | 000f ST Conceptual Volume Combination Description | 0010 CS
     Conceptual Volume Segmentation Defined Flag | 0011 SQ Conceptual Volume Segmentation Reference Sequence | 0012 SQ
     Conceptual Volume Constituent Segmentation Reference Sequence | 0013 UI Constituent Conceptual Volume UID | 0014
     SQ Derivation Conceptual Volume Sequence | 0015 UI Source Conceptual Volume UID | 0016 SQ Conceptual Volume
     Derivation Algorithm Sequence | 0017 ST Conceptual Volume Description | 0018 SQ Source Conceptual Volume Sequence
     | 0019 SQ Author Identification Sequence | 001a LO Manufacturer's Model Version | 001b UC Device Alternate
     Identifier | 001c CS Device Alternate Identifier Type | 001d LT Device Alternate Identifier Format | 001e LO
     Segmentation Creation Template Label | 001f UI Segmentation Template UID | 0020 US Referenced Segment Reference
     Index | 0021 SQ Segment Reference Sequence | 0022 US Segment Reference Index | 0023 SQ Direct Segment Reference
     Sequence | 0024 SQ Combination Segment Reference Sequence | 0025 SQ Conceptual Volume Sequence | 0026 SQ
     Segmented RT Accessory Device Sequence | 0027 SQ Segment Characteristics Sequence | 0028 SQ Related Segment
     Characteristics Sequence | 0029 US Segment Characteristics Precedence | 002a SQ RT Segment Annotation Sequence |
     002b SQ Segment Annotation Category Code Sequence | 002c SQ Segment Annotation Type Code Sequence | 002d LO
     Device Label | 002e SQ Device Type Code Sequence | 002f SQ Segment Annotation Type Modifier Code Sequence | 0030
     SQ Patient Equipment Relationship Code Sequence | 0031 UI Referenced Fiducials UID | 0032 SQ Patient Treatment
     Orientation Sequence | 0033 SH User Content Label | 0034 LO User Content Long Label | 0035 SH Entity Label | 0036
     LO Entity Name | 0037 ST Entity Description | 0038 LO Entity Long Label | 0039 US Device Index | 003a US RT
     Treatment Phase Index | 003b UI RT Treatment Phase UID | 003c US RT Prescription Index | 003d US RT Segment
     Annotation Index | 003e US Basis RT Treatment Phase Index | 003f US Related RT Treatment Phase Index | 0040 US
     Referenced RT Treatment Phase Index | 0041 US Referenced RT Prescription Index | 0042 US Referenced Parent RT
     Prescription Index | 0043 ST Manufacturer's Device Identifier | 0044 SQ Instance-Level Referenced Performed
     Procedure Step Sequence | 0045 CS RT Treatment Phase Intent Presence Flag | 0046 CS Radiotherapy Treatment Type |
     0047 CS Teletherapy Radiation Type | 0048 CS Brachytherapy Source Type | 0049 SQ Referenced RT Treatment Phase
     Sequence | 004a SQ Referenced Direct Segment Instance Sequence | 004b SQ Intended RT Treatment Phase Sequence |
     004c DA Intended Phase Start Date | 004d DA Intended Phase End Date | 004e SQ RT Treatment Phase Interval
     Sequence | 004f CS Temporal Relationship Interval Anchor | 0050 FD Minimum Number of Interval Days | 0051 FD
     Maximum Number of Interval Days | 0052 UI Pertinent SOP Classes in Study | 0053 UI Pertinent SOP Classes in
     Series | 0054 LO RT Prescription Label | 0055 SQ RT Physician Intent Predecessor Sequence | 0056 LO RT Treatment
     Approach Label | 0057 SQ RT Physician Intent Sequence | 0058 US RT Physician Intent Index | 0059 CS RT Treatment
     Intent Type | 005a UT RT Physician Intent Narrative | 005b SQ RT Protocol Code Sequence | 005c ST Reason for
     Superseding | 005d SQ RT Diagnosis Code Sequence | 005e US Referenced RT Physician Intent Index | 005f SQ RT
     Physician Intent Input Instance Sequence | 0060 SQ RT Anatomic Prescription Sequence | 0061 UT Prior Treatment
     Dose Description | 0062 SQ Prior Treatment Reference Sequence | 0063 CS Dosimetric Objective Evaluation Scope |
     0064 SQ Therapeutic Role Category Code Sequence | 0065 SQ Therapeutic Role Type Code Sequence | 0066 US
     Conceptual Volume Optimization Precedence | 0067 SQ Conceptual Volume Category Code Sequence | 0068 CS Conceptual
     Volume Blocking Constraint | 0069 SQ Conceptual Volume Type Code Sequence | 006a SQ Conceptual Volume Type
     Modifier Code Sequence | 006b SQ RT Prescription Sequence | 006c SQ Dosimetric Objective Sequence | 006d SQ
     Dosimetric Objective Type Code Sequence | 006e UI Dosimetric Objective UID | 006f UI Referenced Dosimetric
     Objective UID | 0070 SQ Dosimetric Objective Parameter Sequence | 0071 SQ Referenced Dosimetric Objectives
     Sequence | 0073 CS Absolute Dosimetric Objective Flag | 0074 FD Dosimetric Objective Weight | 0075 CS Dosimetric
     Objective Purpose | 0076 SQ Planning Input Information Sequence | 0077 LO Treatment Site | 0078 SQ Treatment Site
     Code Sequence | 0079 SQ Fraction Pattern Sequence | 007a UT Treatment Technique Notes | 007b UT Prescription
     Notes | 007c IS Number of Interval Fractions | 007d US Number of Fractions | 007e US Intended Delivery Duration |
     007f UT Fractionation Notes | 0080 SQ RT Treatment Technique Code Sequence | 0081 SQ Prescription Notes Sequence
     | 0082 SQ Fraction-Based Relationship Sequence | 0083 CS Fraction-Based Relationship Interval Anchor | 0084 FD
     Minimum Hours between Fractions | 0085 TM Intended Fraction Start Time | 0086 LT Intended Start Day of Week |
     0087 SQ Weekday Fraction Pattern Sequence | 0088 SQ Delivery Time Structure Code Sequence | 0089 SQ Treatment
     Site Modifier Code Sequence | 0090 CS Robotic Base Location Indicator | 0091 SQ Robotic Path Node Set Code
     Sequence | 0092 UL Robotic Node Identifier | 0093 FD RT Treatment Source Coordinates | 0094 FD Radiation Source
     Coordinate SystemYaw Angle | 0095 FD Radiation Source Coordinate SystemRoll Angle | 0096 FD Radiation Source
     Coordinate System Pitch Angle | 0097 SQ Robotic Path Control Point Sequence | 0098 SQ Tomotherapeutic Control
     Point Sequence | 0099 FD Tomotherapeutic Leaf Open Durations | 009a FD Tomotherapeutic Leaf Initial Closed
     Durations | 00a0 SQ Conceptual Volume Identification Sequence
4000: 0010 LT Arbitrary | 4000 LT Text Comments
4008: 0040 SH Results ID | 0042 LO Results ID Issuer | 0050 SQ Referenced Interpretation Sequence | 00ff CS Report
     Production Status (Trial) | 0100 DA Interpretation Recorded Date | 0101 TM Interpretation Recorded Time | 0102 PN
     Interpretation Recorder | 0103 LO Reference to Recorded Sound | 0108 DA Interpretation Transcription Date | 0109
     TM Interpretation Transcription Time | 010a PN Interpretation Transcriber | 010b ST Interpretation Text | 010c PN
     Interpretation Author | 0111 SQ Interpretation Approver Sequence | 0112 DA Interpretation Approval Date | 0113 TM
     Interpretation Approval Time | 0114 PN Physician Approving Interpretation | 0115 LT Interpretation Diagnosis
     Description | 0117 SQ Interpretation Diagnosis Code Sequence | 0118 SQ Results Distribution List Sequence | 0119
     PN Distribution Name | 011a LO Distribution Address | 0200 SH Interpretation ID | 0202 LO Interpretation ID
     Issuer | 0210 CS Interpretation Type ID | 0212 CS Interpretation Status ID | 0300 ST Impressions | 4000 ST
     Results Comments
4010: 0001 CS Low Energy Detectors | 0002 CS High Energy Detectors | 0004 SQ Detector Geometry Sequence | 1001 SQ
     Threat ROI Voxel Sequence | 1004 FL Threat ROI Base | 1005 FL Threat ROI Extents | 1006 OB Threat ROI Bitmap |
     1007 SH Route Segment ID | 1008 CS Gantry Type | 1009 CS OOI Owner Type | 100a SQ Route Segment Sequence | 1010
     US Potential Threat Object ID | 1011 SQ Threat Sequence | 1012 CS Threat Category | 1013 LT Threat Category
     Description | 1014 CS ATD Ability Assessment | 1015 CS ATD Assessment Flag | 1016 FL ATD Assessment Probability |
     1017 FL Mass | 1018 FL Density | 1019 FL Z Effective | 101a SH Boarding Pass ID | 101b FL Center of Mass | 101c
     FL Center of PTO | 101d FL Bounding Polygon | 101e SH Route Segment Start Location ID | 101f SH Route Segment End
     Location ID | 1020 CS Route Segment Location ID Type | 1021 CS Abort Reason | 1023 FL Volume of PTO | 1024 CS
     Abort Flag | 1025 DT Route Segment Start Time | 1026 DT Route Segment End Time | 1027 CS TDR Type | 1028 CS
     International Route Segment | 1029 LO Threat Detection Algorithm and Version | 102a SH Assigned Location | 102b
     DT Alarm Decision Time | 1031 CS Alarm Decision | 1033 US Number of Total Objects | 1034 US Number of Alarm
     Objects | 1037 SQ PTO Representation Sequence | 1038 SQ ATD Assessment Sequence | 1039 CS TIP Type | 103a CS
     DICOS Version | 1041 DT OOI Owner Creation Time | 1042 CS OOI Type | 1043 FL OOI Size | 1044 CS Acquisition
     Status | 1045 SQ Basis Materials Code Sequence | 1046 CS Phantom Type | 1047 SQ OOI Owner Sequence | 1048 CS Scan
     Type | 1051 LO Itinerary ID | 1052 SH Itinerary ID Type | 1053 LO Itinerary ID Assigning Authority | 1054 SH
     Route ID | 1055 SH Route ID Assigning Authority | 1056 CS Inbound Arrival Type | 1058 SH Carrier ID | 1059 CS
     Carrier ID Assigning Authority | 1060 FL Source Orientation | 1061 FL Source Position | 1062 FL Belt Height |
     1064 SQ Algorithm Routing Code Sequence | 1067 CS Transport Classification | 1068 LT OOI Type Descriptor | 1069
     FL Total Processing Time | 106c OB Detector Calibration Data | 106d CS Additional Screening Performed | 106e CS
     Additional Inspection Selection Criteria | 106f SQ Additional Inspection Method Sequence | 1070 CS AIT Device
     Type | 1071 SQ QR Measurements Sequence | 1072 SQ Target Material Sequence | 1073 FD SNR Threshold | 1075 DS
     Image Scale Representation | 1076 SQ Referenced PTO Sequence | 1077 SQ Referenced TDR Instance Sequence | 1078 ST
     PTO Location Description | 1079 SQ Anomaly Locator Indicator Sequence | 107a FL Anomaly Locator Indicator | 107b
     SQ PTO Region Sequence | 107c CS Inspection Selection Criteria | 107d SQ Secondary Inspection Method Sequence |
     107e DS PRCS to RCS Orientation
4ffe: 0001 SQ MAC Parameters Sequence
5200: 9229 SQ Shared Functional Groups Sequence | 9230 SQ Per-Frame Functional Groups Sequence
5400: 0100 SQ Waveform Sequence | 0110 OB Channel Minimum Value | 0112 OB Channel Maximum Value | 1004 US Waveform
     Bits Allocated | 1006 CS Waveform Sample Interpretation | 100a OB Waveform Padding Value | 1010 OB Waveform Data
5600: 0010 OF First Order Phase Correction Angle | 0020 OF Spectroscopy Data
7fe0: 0001 OV Extended Offset Table | 0002 OV Extended Offset Table Lengths | 0003 UV Encapsulated Pixel Data Value
     Total Length | 0008 OF Float Pixel Data | 0009 OD Double Float Pixel Data | 0010 OB Pixel Data | 0020 OW
     Coefficients SDVN | 0030 OW Coefficients SDHN | 0040 OW Coefficients SDDN
fffa: fffa SQ Digital Signatures Sequence
fffc: fffc OB Data Set Trailing Padding
50xx: 0005 US Curve Dimensions | 0010 US Number of Points | 0020 CS Type of Data | 0022 LO Curve Description | 0030 SH
     Axis Units | 0040 SH Axis Labels | 0103 US Data Value Representation | 0104 US Minimum Coordinate Value | 0105 US
     Maximum Coordinate Value | 0106 SH Curve Range | 0110 US Curve Data Descriptor | 0112 US Coordinate Start Value |
     0114 US Coordinate Step Value | 1001 CS Curve Activation Layer | 2000 US Audio Type | 2002 US Audio Sample Format
     | 2004 US Number of Channels | 2006 UL Number of Samples | 2008 UL Sample Rate | 200a UL Total Time | 200c OB
     Audio Sample Data | 200e LT Audio Comments | 2500 LO Curve Label | 2600 SQ Curve Referenced Overlay Sequence |
     2610 US Curve Referenced Overlay Group | 3000 OB Curve Data
60xx: 0010 US Overlay Rows | 0011 US Overlay Columns | 0012 US Overlay Planes | 0015 IS Number of Frames in Overlay |
     0022 LO Overlay Description | 0040 CS Overlay Type | 0045 LO Overlay Subtype | 0050 SS Overlay Origin | 0051 US
     Image Frame Origin | 0052 US Overlay Plane Origin | 0060 CS Overlay Compression Code | 0061 SH Overlay
     Compression Originator | 0062 SH Overlay Compression Label | 0063 CS Overlay Compression Description | 0066 AT
     Overlay Compression Step Pointers | 0068 US Overlay Repeat Interval | 0069 US Overlay Bits Grouped | 0100 US
     Overlay Bits Allocated | 0102 US Overlay Bit Position | 0110 CS Overlay Format | 0200 US Overlay Location | 0800
     CS Overlay Code Label | 0802 US Overlay Number of Tables | 0803 AT Overlay Code Table Location | 0804 US Overlay
     Bits For Code Word | 1001 CS Overlay Activation Layer | 1100 US Overlay Descriptor - Gray | 1101 US Overlay
     Descriptor - Red | 1102 US Overlay Descriptor - Green | 1103 US Overlay Descriptor - Blue | 1200 US Overlays -
     Gray | 1201 US Overlays - Red | 1202 US Overlays - Green | 1203 US Overlays - Blue | 1301 IS ROI Area | 1302 DS
     ROI Mean | 1303 DS ROI Standard Deviation | 1500 LO Overlay Label | 3000 OB Overlay Data | 4000 LT Overlay
     Comments
`;
