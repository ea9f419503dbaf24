"""Literals, precedence, comparison."""

from kit import Family

family = Family(
    "literals", 'Hand; PostgreSQL (text compared with COLLATE "C", which orders UTF-8 by code point)'
)
F = family

F("12", "integer", 12, digits=2)
F("0", "integer", 0)
F("0.03", "decimal(2)", "0.03")
F("0.030", "decimal(3)", "0.030")
F("12.50", "decimal(2)", "12.50", digits=2)
F("999999999999999", "integer", 999999999999999)
F("123456789012345678901234567890", "integer", "123456789012345678901234567890", digits=30)
F("0.1234567890123456789012345", "decimal(25)", "0.1234567890123456789012345")
F("true", "boolean", True)
F("True", "boolean", True)
F("false", "boolean", False)
F("False", "boolean", False)
F("null", "null", None)
F("None", "null", None)
F('"华东"', "text", "华东", length=2)
F("'abc'", "text", "abc", length=3)
F('""', "text", "", length=0)
F('"😀"', "text", "😀", length=1)
F('"it\'s"', "text", "it's")
F("'say \"hi\"'", "text", 'say "hi"')
F("-5", "integer", -5)
F("--5", "integer", 5)
F("-0", "integer", 0)
F("-0.00", "decimal(2)", "0.00", why="there is no negative zero")
F("-12.340", "decimal(3)", "-12.340")
F("2 + 3 * 4", "integer", 14, sql="2 + 3 * 4")
F("(2 + 3) * 4", "integer", 20, sql="(2 + 3) * 4")
F("10 - 4 - 3", "integer", 3, sql="10 - 4 - 3")
F("10 - (4 - 3)", "integer", 9, sql="10 - (4 - 3)")
F("100 / 10 / 5", "decimal(10)", "2.0000000000", sql="100.0 / 10 / 5")
F("100 / (10 / 5)", "decimal(10)", "50.0000000000", sql="100.0 / (10.0 / 5)")
F("2 * 3 / 4", "decimal(10)", "1.5000000000", sql="2 * 3 / 4.0")
F("-2 * 3", "integer", -6, sql="-2 * 3")
F("-2 - -3", "integer", 1, sql="-2 - -3")
F("not true or true", "boolean", True, sql="not true or true")
F("not (true or true)", "boolean", False, sql="not (true or true)")
F("true or false and false", "boolean", True, sql="true or false and false")
F("(true or false) and false", "boolean", False, sql="(true or false) and false")
F("not 1 == 2", "boolean", True, sql="not 1 = 2")
F("not not true", "boolean", True, sql="not not true")
F("1 + 1 == 2 and 2 * 2 > 3", "boolean", True, sql="1 + 1 = 2 and 2 * 2 > 3")
F("true and true and false", "boolean", False, sql="true and true and false")
F("false or false or true", "boolean", True, sql="false or false or true")
F("1 == 1.0", "boolean", True, sql="1 = 1.0")
F("1.10 == 1.1", "boolean", True, sql="1.10 = 1.1")
F("0.1 + 0.2 == 0.3", "boolean", True, sql="0.1 + 0.2 = 0.3")
F("0.1 + 0.2", "decimal(1)", "0.3", sql="0.1 + 0.2")
F("1.005 * 100", "decimal(3)", "100.500", sql="1.005 * 100")
F("-1 < 0.5", "boolean", True, sql="-1 < 0.5")
F("2 != 2.00", "boolean", False, sql="2 <> 2.00")
F("3 >= 3.0000000001", "boolean", False, sql="3 >= 3.0000000001")
F("9007199254740993 == 9007199254740992", "boolean", False, sql="9007199254740993 = 9007199254740992")
F(
    "0.3333333333333333333 < 0.3333333333333333334",
    "boolean",
    True,
    sql="0.3333333333333333333 < 0.3333333333333333334",
)
F('"a" < "b"', "boolean", True, sql="""'a' COLLATE "C" < 'b'""")
F('"B" < "a"', "boolean", True, sql="""'B' COLLATE "C" < 'a'""")
F('"a" == "A"', "boolean", False, sql="'a' = 'A'")
F('"10" < "9"', "boolean", True, sql="""'10' COLLATE "C" < '9'""")
F('"" < "a"', "boolean", True, sql="""'' COLLATE "C" < 'a'""")
F('"ab" < "abc"', "boolean", True, sql="""'ab' COLLATE "C" < 'abc'""")
F('"a" == "a "', "boolean", False, sql="'a' = 'a '::text")
F('"一" < "丁"', "boolean", True, sql="""'一' COLLATE "C" < '丁'""")
F('"z" < "é"', "boolean", True, sql="""'z' COLLATE "C" < 'é'""")
F(
    '"￮" < "😀"',
    "boolean",
    True,
    sql="""'￮' COLLATE "C" < '😀'""",
    why="U+FFEE < U+1F600; UTF-16 order says otherwise",
)
F(
    '"e\u0301" == "\u00e9"',
    "boolean",
    False,
    sql="U&'e\\0301' = U&'\\00e9'",
    why="e + U+0301 on the left, U+00E9 on the right; values are not normalized",
)
F("t > u", "boolean", True, "phrase.high", sql='r.t COLLATE "C" > r.u')
F("t > v", "boolean", True, "phrase.high", sql='r.t COLLATE "C" > r.v')
F("u == v", "boolean", False, "phrase.combining", sql="r.u = r.v")
F("true == true", "boolean", True, sql="true = true")
F("true != false", "boolean", True, sql="true <> false")
F("(1 < 2) == (3 > 2)", "boolean", True, sql="(1 < 2) = (3 > 2)")
F("o == s", "boolean", True, "phrase.emoji", sql="r.o = r.s")
F("o != s", "boolean", True, "phrase.abc", sql="r.o <> r.s")
F(
    "o < s",
    "boolean",
    False,
    "phrase.abc",
    sql='r.o COLLATE "C" < r.s',
    why="green after blue: by the key, as text",
)
F("i > a", "boolean", False, "number.plain", sql="r.i > r.a")
F("a == b", "boolean", False, "number.big", sql="r.a = r.b")
F("a > c", "boolean", True, "number.big", sql="r.a > r.c")
F("m > 1999.989", "boolean", True, "number.plain", sql="r.m > 1999.989")
F("m == 1999.990", "boolean", True, "number.plain", sql="r.m = 1999.990")
F("m >= y", "boolean", True, "number.plain", sql="r.m >= r.y")
F("p == 0.15", "boolean", True, "number.plain", sql="r.p = 0.15")
F("p < a", "boolean", True, "number.plain", sql="r.p < r.a")
F("i == -999999999999999", "boolean", True, "number.lowest", sql="r.i = -999999999999999")
