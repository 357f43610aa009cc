/**
 * @file Names and value representations of the attributes of images (PS3.6 section 6), and which of them tell who the
 * patient is.
 */

export interface Attribute {
  /** As in PS3.6, such as "Patient's Name". */
  name: string;
  vr: string;
  /** Whether its value may tell who the patient is, or who and where took the image. */
  identifying: boolean;
}

/**
 * Group: element, VR and name. '!' marks what the Basic Application Confidentiality Profile removes or replaces (PS3.15
 * Table E.1-1), with three of its options taken, because the work here needs these values: Retain Longitudinal Temporal
 * Information with Full Dates (E.3.6) for the dates of study, series and acquisition, Retain Patient Characteristics
 * (E.3.7) for sex, age, size and weight, Clean Descriptors (E.3.5) for the descriptions of study, series and protocol.
 */
const TABLE = `
0002: 0010 UI Transfer Syntax UID
0008: 0005 CS Specific Character Set | 0008 CS Image Type | 0014 UI! Instance Creator UID | 0016 UI SOP Class UID |
     0018 UI! SOP Instance UID | 0020 DA Study Date | 0021 DA Series Date | 0022 DA Acquisition Date |
     0023 DA Content Date | 002a DT Acquisition DateTime | 0030 TM Study Time | 0031 TM Series Time |
     0032 TM Acquisition Time | 0033 TM Content Time | 0050 SH! Accession Number | 0060 CS Modality |
     0061 CS Modalities in Study | 0064 CS Conversion Type | 0068 CS Presentation Intent Type | 0070 LO Manufacturer |
     0080 LO! Institution Name | 0081 ST! Institution Address | 0082 SQ! Institution Code Sequence |
     0090 PN! Referring Physician's Name | 0092 ST! Referring Physician's Address |
     0094 SH! Referring Physician's Telephone Numbers | 0096 SQ! Referring Physician Identification Sequence |
     009c PN! Consulting Physician's Name | 009d SQ! Consulting Physician Identification Sequence |
     0100 SH Code Value | 0102 SH Coding Scheme Designator | 0104 LO Code Meaning |
     0201 SH! Timezone Offset From UTC | 1010 SH! Station Name | 1030 LO Study Description |
     1032 SQ Procedure Code Sequence | 103e LO Series Description | 1040 LO! Institutional Department Name |
     1048 PN! Physician(s) of Record | 1049 SQ! Physician(s) of Record Identification Sequence |
     1050 PN! Performing Physician's Name | 1052 SQ! Performing Physician Identification Sequence |
     1060 PN! Name of Physician(s) Reading Study | 1062 SQ! Physician(s) Reading Study Identification Sequence |
     1070 PN! Operators' Name | 1072 SQ! Operator Identification Sequence | 1080 LO! Admitting Diagnoses Description |
     1084 SQ! Admitting Diagnoses Code Sequence | 1090 LO Manufacturer's Model Name |
     1110 SQ! Referenced Study Sequence | 1111 SQ Referenced Performed Procedure Step Sequence |
     1115 SQ Referenced Series Sequence | 1120 SQ! Referenced Patient Sequence | 1140 SQ Referenced Image Sequence |
     1150 UI Referenced SOP Class UID | 1155 UI! Referenced SOP Instance UID | 1195 UI! Transaction UID |
     1250 SQ! Related Series Sequence | 2111 ST! Derivation Description | 2112 SQ Source Image Sequence |
     2120 SH Stage Name | 2122 IS Stage Number | 2124 IS Number of Stages | 2128 IS View Number |
     2129 IS Number of Event Timers | 212a IS Number of Views in Stage | 2142 IS Start Trim | 2143 IS Stop Trim |
     2144 IS Recommended Display Frame Rate | 2218 SQ Anatomic Region Sequence |
     2228 SQ Primary Anatomic Structure Sequence | 2229 SQ Anatomic Structure, Space or Region Sequence |
     3010 UI! Irradiation Event UID | 4000 LT! Identifying Comments | 9007 CS Frame Type |
     9123 UI! Creator-Version UID | 9124 SQ Derivation Image Sequence | 9205 CS Pixel Presentation |
     9206 CS Volumetric Properties | 9207 CS Volume Based Calculation Technique | 9208 CS Complex Image Component |
     9209 CS Acquisition Contrast | 9215 SQ Derivation Code Sequence
0010: 0010 PN! Patient's Name | 0020 LO! Patient ID | 0021 LO! Issuer of Patient ID | 0022 CS! Type of Patient ID |
     0024 SQ! Issuer of Patient ID Qualifiers Sequence | 0030 DA! Patient's Birth Date |
     0032 TM! Patient's Birth Time | 0040 CS Patient's Sex | 0050 SQ! Patient's Insurance Plan Code Sequence |
     0101 SQ! Patient's Primary Language Code Sequence | 1000 LO! Other Patient IDs | 1001 PN! Other Patient Names |
     1002 SQ! Other Patient IDs Sequence | 1005 PN! Patient's Birth Name | 1010 AS Patient's Age |
     1020 DS Patient's Size | 1030 DS Patient's Weight | 1040 LO! Patient's Address |
     1060 PN! Patient's Mother's Birth Name | 1080 LO! Military Rank | 1081 LO! Branch of Service |
     1090 LO! Medical Record Locator | 2000 LO! Medical Alerts | 2110 LO! Allergies | 2150 LO! Country of Residence |
     2152 LO! Region of Residence | 2154 SH! Patient's Telephone Numbers | 2160 SH! Ethnic Group |
     2180 SH! Occupation | 21a0 CS! Smoking Status | 21b0 LT! Additional Patient History | 21c0 US! Pregnancy Status |
     21d0 DA! Last Menstrual Date | 21f0 LO! Patient's Religious Preference | 2203 CS! Patient's Sex Neutered |
     2297 PN! Responsible Person | 2299 LO! Responsible Organization | 4000 LT! Patient Comments
0018: 0010 LO Contrast/Bolus Agent | 0015 CS Body Part Examined | 0020 CS Scanning Sequence |
     0021 CS Sequence Variant | 0022 CS Scan Options | 0023 CS MR Acquisition Type | 0024 SH Sequence Name |
     0025 CS Angio Flag | 0040 IS Cine Rate | 0050 DS Slice Thickness | 0060 DS KVP | 0080 DS Repetition Time |
     0081 DS Echo Time | 0082 DS Inversion Time | 0083 DS Number of Averages | 0084 DS Imaging Frequency |
     0085 SH Imaged Nucleus | 0086 IS Echo Number(s) | 0087 DS Magnetic Field Strength |
     0088 DS Spacing Between Slices | 0089 IS Number of Phase Encoding Steps | 0091 IS Echo Train Length |
     0093 DS Percent Sampling | 0094 DS Percent Phase Field of View | 0095 DS Pixel Bandwidth |
     1000 LO! Device Serial Number | 1002 UI! Device UID | 1004 LO! Plate ID | 1005 LO! Generator ID |
     1007 LO! Cassette ID | 1008 LO! Gantry ID | 1009 UT! Unique Device Identifier | 100a SQ! UDI Sequence |
     1012 DA! Date of Secondary Capture | 1014 TM! Time of Secondary Capture |
     1016 LO Secondary Capture Device Manufacturer | 1018 LO Secondary Capture Device Manufacturer's Model Name |
     1019 LO Secondary Capture Device Software Versions | 1020 LO Software Versions | 1030 LO Protocol Name |
     1041 DS Contrast/Bolus Volume | 1042 TM! Contrast/Bolus Start Time | 1043 TM! Contrast/Bolus Stop Time |
     1044 DS Contrast/Bolus Total Dose | 1045 IS Syringe Counts | 1046 DS Contrast Flow Rate |
     1048 CS Contrast/Bolus Ingredient | 1049 DS Contrast/Bolus Ingredient Concentration |
     1050 DS Spatial Resolution | 1060 DS Trigger Time | 1063 DS Frame Time | 1065 DS Frame Time Vector |
     1081 IS Low R-R Value | 1082 IS High R-R Value | 1083 IS Intervals Acquired | 1084 IS Intervals Rejected |
     1088 IS Heart Rate | 1090 IS Cardiac Number of Images | 1094 IS Trigger Window |
     1100 DS Reconstruction Diameter | 1110 DS Distance Source to Detector | 1111 DS Distance Source to Patient |
     1114 DS Estimated Radiographic Magnification Factor | 1120 DS Gantry/Detector Tilt | 1130 DS Table Height |
     1131 DS Table Traverse | 1134 CS Table Motion | 1135 DS Table Vertical Increment | 1138 DS Table Angle |
     1140 CS Rotation Direction | 1143 DS Scan Arc | 1145 DS Center of Rotation Offset | 1146 DS Rotation Offset |
     1147 CS Field of View Shape | 1149 IS Field of View Dimension(s) | 1150 IS Exposure Time |
     1151 IS X-Ray Tube Current | 1152 IS Exposure | 1153 IS Exposure in µAs | 1154 DS Average Pulse Width |
     1155 CS Radiation Setting | 1160 SH Filter Type | 1164 DS Imager Pixel Spacing | 1166 CS Grid |
     1170 IS Generator Power | 1180 SH Collimator/grid Name | 1190 DS Focal Spot(s) | 1191 CS Anode Target Material |
     1200 DA! Date of Last Calibration | 1201 TM! Time of Last Calibration | 1210 SH Convolution Kernel |
     1242 IS Actual Frame Duration | 1243 IS Count Rate | 1244 US Preferred Playback Sequencing |
     1250 SH Receive Coil Name | 1251 SH Transmit Coil Name | 1260 SH Plate Type | 1261 LO Phosphor Type |
     1271 FD Water Equivalent Diameter | 1272 SQ Water Equivalent Diameter Calculation Method Code Sequence |
     1300 DS Scan Velocity | 1301 CS Whole Body Technique | 1310 US Acquisition Matrix |
     1312 CS In-plane Phase Encoding Direction | 1314 DS Flip Angle | 1315 CS Variable Flip Angle Flag | 1316 DS SAR |
     1318 DS dB/dt | 1400 LO Acquisition Device Processing Description | 1401 LO Acquisition Device Processing Code |
     1402 CS Cassette Orientation | 1403 CS Cassette Size | 1404 US Exposures on Plate |
     1405 IS Relative X-Ray Exposure | 1411 DS Exposure Index | 1412 DS Target Exposure Index |
     1413 DS Deviation Index | 1500 CS Positioner Motion | 1508 CS Positioner Type |
     1510 DS Positioner Primary Angle | 1511 DS Positioner Secondary Angle | 1530 DS Detector Primary Angle |
     1531 DS Detector Secondary Angle | 1600 CS Shutter Shape | 1602 IS Shutter Left Vertical Edge |
     1604 IS Shutter Right Vertical Edge | 1606 IS Shutter Upper Horizontal Edge |
     1608 IS Shutter Lower Horizontal Edge | 1610 IS Center of Circular Shutter | 1612 IS Radius of Circular Shutter |
     1620 IS Vertices of the Polygonal Shutter | 1622 US Shutter Presentation Value | 1623 US Shutter Overlay Group |
     4000 LT! Acquisition Comments | 5020 LO Processing Function | 5022 DS Mechanical Index |
     5024 DS Bone Thermal Index | 5026 DS Cranial Thermal Index | 5028 DS Soft Tissue-focus Thermal Index |
     5050 IS Depth of Scan Field | 5100 CS Patient Position | 5101 CS View Position | 6000 DS Sensitivity |
     6011 SQ Sequence of Ultrasound Regions | 6012 US Region Spatial Format | 6014 US Region Data Type |
     6016 UL Region Flags | 6018 UL Region Location Min X0 | 601a UL Region Location Min Y0 |
     601c UL Region Location Max X1 | 601e UL Region Location Max Y1 | 6020 SL Reference Pixel X0 |
     6022 SL Reference Pixel Y0 | 6024 US Physical Units X Direction | 6026 US Physical Units Y Direction |
     6028 FD Reference Pixel Physical Value X | 602a FD Reference Pixel Physical Value Y | 602c FD Physical Delta X |
     602e FD Physical Delta Y | 6031 CS Transducer Type | 7000 CS Detector Conditions Nominal Flag |
     7001 DS Detector Temperature | 7004 CS Detector Type | 7005 CS Detector Configuration |
     7006 LT Detector Description | 7008 LT Detector Mode | 700a SH! Detector ID |
     700c DA Date of Last Detector Calibration | 701a DS Detector Binning | 7020 DS Detector Element Physical Size |
     7022 DS Detector Element Spacing | 7024 CS Detector Active Shape | 7026 DS Detector Active Dimension(s) |
     7028 DS Detector Active Origin | 702a LO Detector Manufacturer Name |
     702b LO Detector Manufacturer's Model Name | 7030 DS Field of View Origin | 7032 DS Field of View Rotation |
     7040 LT Grid Absorbing Material | 7041 LT Grid Spacing Material | 7042 DS Grid Thickness | 7044 DS Grid Pitch |
     7046 IS Grid Aspect Ratio | 7048 DS Grid Period | 704c DS Grid Focal Distance | 7050 CS Filter Material |
     7052 DS Filter Thickness Minimum | 7054 DS Filter Thickness Maximum | 7060 CS Exposure Control Mode |
     7062 LT Exposure Control Mode Description | 7064 CS Exposure Status | 7065 DS Phototimer Setting |
     9004 CS Content Qualification | 9005 SH Pulse Sequence Name | 9006 SQ MR Imaging Modifier Sequence |
     9008 CS Echo Pulse Sequence | 9009 CS Inversion Recovery | 9010 CS Flow Compensation |
     9011 CS Multiple Spin Echo | 9012 CS Multi-planar Excitation | 9014 CS Phase Contrast |
     9015 CS Time of Flight Contrast | 9016 CS Spoiling | 9017 CS Steady State Pulse Sequence |
     9018 CS Echo Planar Pulse Sequence | 9019 FD Tag Angle First Axis | 9020 CS Magnetization Transfer |
     9021 CS T2 Preparation | 9022 CS Blood Signal Nulling | 9024 CS Saturation Recovery |
     9025 CS Spectrally Selected Suppression | 9026 CS Spectrally Selected Excitation |
     9027 CS Spatial Pre-saturation | 9028 CS Tagging | 9029 CS Oversampling Phase |
     9030 FD Tag Spacing First Dimension | 9032 CS Geometry of k-Space Traversal |
     9033 CS Segmented k-Space Traversal | 9034 CS Rectilinear Phase Encode Reordering | 9035 FD Tag Thickness |
     9036 CS Partial Fourier Direction | 9037 CS Cardiac Synchronization Technique |
     9042 SQ MR Receive Coil Sequence | 9043 CS Receive Coil Type | 9044 CS Quadrature Receive Coil |
     9047 SH Multi-Coil Element Name | 9049 SQ MR Transmit Coil Sequence | 9051 CS Transmit Coil Type |
     9053 FD Chemical Shift Reference | 9058 US MR Acquisition Frequency Encoding Steps | 9059 CS De-coupling |
     9060 CS De-coupled Nucleus | 9061 FD De-coupling Frequency | 9062 CS De-coupling Method |
     9063 FD De-coupling Chemical Shift Reference | 9064 CS k-space Filtering |
     9069 FD Parallel Reduction Factor In-plane | 9070 FD Cardiac R-R Interval Specified |
     9073 FD Acquisition Duration | 9074 DT! Frame Acquisition DateTime | 9075 CS Diffusion Directionality |
     9076 SQ Diffusion Gradient Direction Sequence | 9077 CS Parallel Acquisition |
     9078 CS Parallel Acquisition Technique | 9079 FD Inversion Times | 9080 ST Metabolite Map Description |
     9081 CS Partial Fourier | 9082 FD Effective Echo Time | 9087 FD Diffusion b-value |
     9089 FD Diffusion Gradient Orientation | 9090 FD Velocity Encoding Direction |
     9091 FD Velocity Encoding Minimum Value | 9093 US Number of k-Space Trajectories | 9094 CS Coverage of k-Space |
     9095 UL Spectroscopy Acquisition Phase Rows | 9096 FD Parallel Reduction Factor In-plane (Retired) |
     9098 FD Transmitter Frequency | 9103 SQ MR Spectroscopy FOV/Geometry Sequence | 9104 FD Slab Thickness |
     9112 SQ MR Timing and Related Parameters Sequence | 9114 SQ MR Echo Sequence | 9115 SQ MR Modifier Sequence |
     9117 SQ MR Diffusion Sequence | 9119 SQ MR Averages Sequence | 9125 SQ MR FOV/Geometry Sequence |
     9147 CS Diffusion Anisotropy Type | 9151 DT! Frame Reference DateTime | 9152 SQ MR Metabolite Map Sequence |
     9155 FD Parallel Reduction Factor out-of-plane | 9168 FD Parallel Reduction Factor Second In-plane |
     9169 CS Cardiac Beat Rejection Technique | 9170 CS Respiratory Motion Compensation Technique |
     9171 CS Respiratory Signal Source | 9172 CS Bulk Motion Compensation Technique |
     9173 CS Bulk Motion Signal Source | 9174 CS Applicable Safety Standard Agency |
     9175 LO Applicable Safety Standard Description | 9176 SQ Operating Mode Sequence | 9177 CS Operating Mode Type |
     9178 CS Operating Mode | 9179 CS Specific Absorption Rate Definition | 9180 CS Gradient Output Type |
     9181 FD Specific Absorption Rate Value | 9182 FD Gradient Output | 9183 CS Flow Compensation Direction |
     9184 FD Tagging Delay | 9185 ST Respiratory Motion Compensation Technique Description |
     9186 SH Respiratory Signal Source ID | 9199 CS Water Referenced Phase Correction |
     9200 CS MR Spectroscopy Acquisition Type | 9220 FD Frame Acquisition Duration |
     9231 US MR Acquisition Phase Encoding Steps in-plane | 9232 US MR Acquisition Phase Encoding Steps out-of-plane |
     9240 US RF Echo Train Length | 9241 US Gradient Echo Train Length | 9301 SQ CT Acquisition Type Sequence |
     9302 CS Acquisition Type | 9303 FD Tube Angle | 9304 SQ CT Acquisition Details Sequence |
     9305 FD Revolution Time | 9306 FD Single Collimation Width | 9307 FD Total Collimation Width |
     9308 SQ CT Table Dynamics Sequence | 9309 FD Table Speed | 9310 FD Table Feed per Rotation |
     9311 FD Spiral Pitch Factor | 9312 SQ CT Geometry Sequence | 9313 FD Data Collection Center (Patient) |
     9314 SQ CT Reconstruction Sequence | 9315 CS Reconstruction Algorithm | 9316 CS Convolution Kernel Group |
     9317 FD Reconstruction Field of View | 9318 FD Reconstruction Target Center (Patient) |
     9319 FD Reconstruction Angle | 9320 SH Image Filter | 9321 SQ CT Exposure Sequence |
     9322 FD Reconstruction Pixel Spacing | 9323 CS Exposure Modulation Type | 9324 FD Estimated Dose Saving |
     9325 SQ CT X-Ray Details Sequence | 9326 SQ CT Position Sequence | 9327 FD Table Position |
     9328 FD Exposure Time in ms | 9329 SQ CT Image Frame Type Sequence | 9330 FD X-Ray Tube Current in mA |
     9332 FD Exposure in mAs | 9333 CS Constant Volume Flag | 9334 CS Fluoroscopy Flag |
     9335 FD Distance Source to Data Collection Center | 9337 US Contrast/Bolus Agent Number |
     9338 SQ Contrast/Bolus Ingredient Code Sequence | 9341 SQ Contrast/Bolus Usage Sequence |
     9342 CS Contrast/Bolus Agent Administered | 9343 CS Contrast/Bolus Agent Detected |
     9344 CS Contrast/Bolus Agent Phase | 9345 FD CTDIvol | 9346 SQ CTDI Phantom Type Code Sequence |
     9351 FL Calcium Scoring Mass Factor Patient | 9352 FL Calcium Scoring Mass Factor Device |
     9360 SQ CT Additional X-Ray Source Sequence
0020: 000d UI! Study Instance UID | 000e UI! Series Instance UID | 0010 SH! Study ID | 0011 IS Series Number |
     0012 IS Acquisition Number | 0013 IS Instance Number | 0019 IS Item Number | 0020 CS Patient Orientation |
     0032 DS Image Position (Patient) | 0037 DS Image Orientation (Patient) | 0052 UI! Frame of Reference UID |
     0060 CS Laterality | 0062 CS Image Laterality | 0100 IS Temporal Position Identifier |
     0105 IS Number of Temporal Positions | 0110 DS Temporal Resolution | 1002 IS Images in Acquisition |
     1040 LO Position Reference Indicator | 1041 DS Slice Location | 1204 IS Number of Patient Related Instances |
     1206 IS Number of Study Related Series | 1208 IS Number of Study Related Instances |
     1209 IS Number of Series Related Instances | 3401 CS! Modifying Device ID | 4000 LT! Image Comments |
     9056 SH Stack ID | 9057 UL In-Stack Position Number | 9071 SQ Frame Anatomy Sequence | 9072 CS Frame Laterality |
     9111 SQ Frame Content Sequence | 9113 SQ Plane Position Sequence | 9116 SQ Plane Orientation Sequence |
     9128 UL Temporal Position Index | 9156 US Frame Acquisition Number | 9157 UL Dimension Index Values |
     9158 LT! Frame Comments | 9161 UI! Concatenation UID | 9164 UI! Dimension Organization UID |
     9165 AT! Dimension Index Pointer | 9167 AT Functional Group Pointer | 9221 SQ Dimension Organization Sequence |
     9222 SQ Dimension Index Sequence | 9228 UL Concatenation Frame Offset Number |
     9254 FD Respiratory Interval Time | 9255 FD Nominal Respiratory Trigger Delay Time
0028: 0002 US Samples per Pixel | 0003 US Samples per Pixel Used | 0004 CS Photometric Interpretation |
     0006 US Planar Configuration | 0008 IS Number of Frames | 0009 AT Frame Increment Pointer | 0010 US Rows |
     0011 US Columns | 0014 US Ultrasound Color Data Present | 0030 DS Pixel Spacing | 0031 DS Zoom Factor |
     0032 DS Zoom Center | 0034 IS Pixel Aspect Ratio | 0051 CS Corrected Image | 0100 US Bits Allocated |
     0101 US Bits Stored | 0102 US High Bit | 0103 US Pixel Representation | 0106 US Smallest Image Pixel Value |
     0107 US Largest Image Pixel Value | 0120 US Pixel Padding Value | 0121 US Pixel Padding Range Limit |
     0300 CS Quality Control Image | 0301 CS Burned In Annotation | 1040 CS Pixel Intensity Relationship |
     1041 SS Pixel Intensity Relationship Sign | 1050 DS Window Center | 1051 DS Window Width |
     1052 DS Rescale Intercept | 1053 DS Rescale Slope | 1054 LO Rescale Type |
     1055 LO Window Center & Width Explanation | 1056 CS VOI LUT Function | 1090 CS Recommended Viewing Mode |
     1101 US Red Palette Color Lookup Table Descriptor | 1102 US Green Palette Color Lookup Table Descriptor |
     1103 US Blue Palette Color Lookup Table Descriptor | 1201 OW Red Palette Color Lookup Table Data |
     1202 OW Green Palette Color Lookup Table Data | 1203 OW Blue Palette Color Lookup Table Data |
     1221 OW Segmented Red Palette Color Lookup Table Data | 1222 OW Segmented Green Palette Color Lookup Table Data |
     1223 OW Segmented Blue Palette Color Lookup Table Data | 1300 CS Breast Implant Present | 1350 CS Partial View |
     1351 ST Partial View Description | 2110 CS Lossy Image Compression | 2112 DS Lossy Image Compression Ratio |
     2114 CS Lossy Image Compression Method | 3000 SQ Modality LUT Sequence | 3002 US LUT Descriptor |
     3003 LO LUT Explanation | 3006 US LUT Data | 3010 SQ VOI LUT Sequence | 4000 LT! Image Presentation Comments |
     6010 US Representative Frame Number | 6020 US Frame Numbers of Interest (FOI) |
     6022 LO Frame of Interest Description | 6030 US Mask Pointer(s) | 6040 US R Wave Pointer |
     6100 SQ Mask Subtraction Sequence | 6101 CS Mask Operation | 6102 US Applicable Frame Range |
     6110 US Mask Frame Numbers | 6112 US Contrast Frame Averaging | 9110 SQ Pixel Measures Sequence |
     9132 SQ Frame VOI LUT Sequence | 9145 SQ Pixel Value Transformation Sequence |
     9411 FL Display Filter Percentage | 9415 SQ Frame Pixel Shift Sequence | 9416 US Subtraction Item ID |
     9422 SQ Pixel Intensity Relationship LUT Sequence | 9443 SQ Frame Pixel Data Properties Sequence |
     9444 CS Geometrical Properties | 9445 FL Geometric Maximum Distortion | 9446 CS Image Processing Applied |
     9454 CS Mask Selection Mode | 9474 CS LUT Function
0032: 1000 DA! Scheduled Study Start Date | 1030 LO! Reason for Study | 1032 PN! Requesting Physician |
     1033 LO! Requesting Service | 1060 LO! Requested Procedure Description | 1070 LO! Requested Contrast Agent |
     4000 LT! Study Comments
0038: 0010 LO! Admission ID | 0011 LO! Issuer of Admission ID | 0020 DA! Admitting Date | 0021 TM! Admitting Time |
     0050 LO! Special Needs | 0060 LO! Service Episode ID | 0061 LO! Issuer of Service Episode ID |
     0062 LO! Service Episode Description | 0300 LO! Current Patient Location |
     0400 LO! Patient's Institution Residence | 0500 LO! Patient State | 4000 LT! Visit Comments
0040: 0006 PN! Scheduled Performing Physician's Name | 0241 AE! Performed Station AE Title |
     0242 SH! Performed Station Name | 0243 SH! Performed Location | 0244 DA Performed Procedure Step Start Date |
     0245 TM Performed Procedure Step Start Time | 0250 DA Performed Procedure Step End Date |
     0251 TM Performed Procedure Step End Time | 0253 SH! Performed Procedure Step ID |
     0254 LO! Performed Procedure Step Description | 0260 SQ Performed Protocol Code Sequence |
     0275 SQ! Request Attributes Sequence | 0280 ST! Comments on the Performed Procedure Step |
     0318 CS Organ Exposed | 0555 SQ Acquisition Context Sequence | 08ea SQ Measurement Units Code Sequence |
     1001 SH! Requested Procedure ID | 1002 LO! Reason for the Requested Procedure |
     1003 SH! Requested Procedure Priority | 1004 LO! Patient Transport Arrangements |
     1005 LO! Requested Procedure Location | 1010 PN! Names of Intended Recipients of Results |
     1400 LT! Requested Procedure Comments | 2001 LO! Reason for the Imaging Service Request |
     2016 LO! Placer Order Number / Imaging Service Request | 2017 LO! Filler Order Number / Imaging Service Request |
     2400 LT! Imaging Service Request Comments | 9096 SQ Real World Value Mapping Sequence |
     9211 US Real World Value Last Value Mapped | 9212 FD Real World Value LUT Data |
     9224 FD Real World Value Intercept | 9225 FD Real World Value Slope | a043 SQ Concept Name Code Sequence |
     a075 PN! Verifying Observer Name | a078 SQ! Author Observer Sequence | a07a SQ! Participant Sequence |
     a07c SQ! Custodial Organization Sequence | a123 PN! Person Name | a124 UI! UID | a168 SQ Concept Code Sequence |
     a30a DS Numeric Value | a730 SQ! Content Sequence
0054: 0011 US Number of Energy Windows | 0013 SQ Energy Window Range Sequence | 0014 DS Energy Window Lower Limit |
     0015 DS Energy Window Upper Limit | 0016 SQ Radiopharmaceutical Information Sequence |
     0018 SH Energy Window Name | 0020 US Detector Vector | 0021 US Number of Detectors |
     0022 SQ Detector Information Sequence | 0051 US Number of Rotations | 0053 US Number of Frames in Rotation |
     0061 US Number of R-R Intervals | 0070 US Time Slot Vector | 0071 US Number of Time Slots |
     0080 US Slice Vector | 0081 US Number of Slices | 0100 US Time Slice Vector | 0101 US Number of Time Slices |
     0200 DS Start Angle | 0202 CS Type of Detector Motion | 0220 SQ View Code Sequence |
     0300 SQ Radionuclide Code Sequence | 0302 SQ Administration Route Code Sequence |
     0304 SQ Radiopharmaceutical Code Sequence | 0306 SQ Calibration Data Sequence | 0308 US Energy Window Number |
     0410 SQ Patient Orientation Code Sequence | 0412 SQ Patient Orientation Modifier Code Sequence |
     0414 SQ Patient Gantry Relationship Code Sequence | 0500 CS Slice Progression Direction | 1000 CS Series Type |
     1001 CS Units | 1002 CS Counts Source | 1004 CS Reprojection Method | 1100 CS Randoms Correction Method |
     1101 LO Attenuation Correction Method | 1102 CS Decay Correction | 1103 LO Reconstruction Method |
     1104 LO Detector Lines of Response Used | 1105 LO Scatter Correction Method | 1200 DS Axial Acceptance |
     1201 IS Axial Mash | 1202 IS Transverse Mash | 1300 DS Frame Reference Time | 1320 DS Slice Sensitivity Factor |
     1321 DS Decay Factor | 1322 DS Dose Calibration Factor | 1323 DS Scatter Fraction Factor | 1330 US Image Index
0088: 0140 UI! Storage Media File-set UID | 0200 SQ! Icon Image Sequence
2050: 0020 CS Presentation LUT Shape
4008: 0042 LO! Results ID Issuer | 010c PN! Interpretation Author | 0114 PN! Physician Approving Interpretation |
     0119 PN! Distribution Name | 011a LO! Distribution Address | 0202 LO! Interpretation ID Issuer |
     0300 ST! Impressions | 4000 ST! Results Comments
5200: 9229 SQ Shared Functional Groups Sequence | 9230 SQ Per-frame Functional Groups Sequence
7fe0: 0008 OF Float Pixel Data | 0009 OD Double Float Pixel Data | 0010 OB Pixel Data
fffa: fffa SQ! Digital Signatures Sequence
fffc: fffc OB! Data Set Trailing Padding
`;

function readTable(): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  // A line that goes on with its group starts with spaces.
  const lines = TABLE.trim()
    .replaceAll(/\s*\|\s*/g, '|')
    .split('\n');
  for (const line of lines) {
    const [group = '', entries = ''] = line.split(/:(.*)/s);
    for (const entry of entries.split('|')) {
      const [, element = '', vr = '', mark, name = ''] = /^(\w{4}) (\w{2})(!?) (.*)$/.exec(entry.trim()) ?? [];
      attributes.set(`x${group}${element}`, { name, vr, identifying: mark === '!' });
    }
  }
  return attributes;
}

const ATTRIBUTES: ReadonlyMap<string, Attribute> = readTable();

/** @param tag as dicom-parser writes it: 'x00100010' */
export function attributeOf(tag: string): Attribute | null {
  return ATTRIBUTES.get(tag) ?? null;
}
