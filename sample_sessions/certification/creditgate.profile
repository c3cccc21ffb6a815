# What `creditgate run` does otherwise than a case expects: nothing.

[PROFILE]
Name=creditgate
Firm=the venue
Counterparty=creditgate run
ToleranceMs=2000
EarlyMs=300
SettleMs=300
ConnectMs=10000
CaseMs=30000
FloodMax=1000
KeepNumbers=N
