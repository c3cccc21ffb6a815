# What `creditgate hubsim` does otherwise than a case expects, or never does.

[PROFILE]
Name=hubsim
Firm=FCM1
Counterparty=creditgate hubsim
ToleranceMs=2000
EarlyMs=300
SettleMs=300
ConnectMs=10000
CaseMs=30000
FloodMax=1000
KeepNumbers=N
# It sends its limits after each logon, which the gate acknowledges.
IgnoreTypes=CM,DE
