# A hub that knows no RiskLimitCheckID(2319), as `creditgate hubsim` can be
# taken for one: its session in gate.cfg has Identification=chaining.

[PROFILE]
Name=chaining
Firm=FCM1
Counterparty=a hub that chains
ToleranceMs=2000
EarlyMs=300
SettleMs=300
ConnectMs=10000
CaseMs=30000
FloodMax=1000
KeepNumbers=N
IgnoreTags=2319
IgnoreTypes=CM,DE
Unsupported=token-id
