"""Passwords that lead every published list, as far as they are long enough, and the words they are made of."""

KNOWN = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789123 1234567891234 0123456789012 012345678910
    098765432109 987654321098 111111222222 112233445566 123123123123 123321123321 123456123456 123456654321
    1234567890qwe 1234567890qwerty 147258369147 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv
    1qazxsw23edc 123qweasdzxc 123qwe123qwe 12345qwertyuiop a1b2c3d4e5f6 a123456789012 abc123456789
    abcd12345678 abcdefghijkl abcdefghijklm asdfghjkl123 asdfghjkl1234 qazwsxedcrfv qwe123qwe123 qweasdzxc123
    qwerty123456 qwerty1234567 qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopasdfghjkl zaq12wsxcde3
    zxcvbnm12345 zxcvbnm,./123 changemeplease correcthorsebatterystaple letmeinplease thisisapassword
    trustno1trustno1 whatever1234
    """.split()
)

WORDS = frozenset(
    """
    abc abcd abcde abcdef access admin administrator adminadmin amazon asdf asdfgh asdfghjkl azerty baseball
    batman changeme charlie chocolate computer default demo dragon dragondragon facebook flower football
    freedom google guest hello helloworld hunter iloveu iloveyou iloveyouiloveyou internet letmein
    liverpool login loveyou master michael monkey mypassword mynewpassword nothing ninja opensesame passphrase
    passwort password passwordpassword passw pass passpass pokemon postgres princess qazwsx qazwsxedc qwe qwer
    qwert qwerty qwertyqwerty qwertyui qwertyuiop qwertz qwertzuiop root samsung secret secretpassword secretsecret
    security shadow soccer stackwright starwars sunshine superman superuser system temp temporary test tester
    testtest testing trustnoone user username welcome welcomewelcome whatever windows youtube zxcvbn zxcvbnm
    """.split()
)
