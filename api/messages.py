"""What the answers of this product say, in Chinese and English, and which of both a reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Locale = Literal["zh-CN", "en"]

#: By code: Chinese, English. ``{word}`` is filled from the problem's params.
PROBLEMS: Mapping[str, tuple[str, str]] = {
    "bad_request": ("请求无法读取", "The request cannot be read"),
    "bad_json": ("请求体不是有效的 JSON：{reason}", "The body is no valid JSON: {reason}"),
    "unknown_query": ("查询参数有误", "A word of the query is unknown or holds no valid value"),
    "bad_cursor": ("游标无效，请从第一页重新读取", "The cursor is not valid: begin with the first page"),
    "untrusted_host": (
        "服务器不认识地址“{host}”；请管理员把它加入 DOUGONG_HOSTS",
        "The server does not go by the name “{host}”; an administrator can add it to DOUGONG_HOSTS",
    ),
    "cross_origin": (
        "来自其他网站的请求被拒绝；带 Cookie 的写请求须带同源的 Origin",
        "Refused as coming from another site; a request that changes things with a cookie needs the Origin of this one",
    ),
    "not_signed_in": ("请先登录", "Sign in first"),
    "wrong_credentials": ("用户名或密码不正确", "The user name or the password is not right"),
    "forbidden": ("您没有这样做的权限", "You are not allowed to do this"),
    "shared_with_everyone": (
        "只有可以搭建此应用的人才能把视图共享给所有人",
        "Only those who build the app can share a view with everyone",
    ),
    "too_many_views": (
        "每人最多保存 {limit} 个视图，请先删除不用的",
        "One person may keep {limit} views: delete some first",
    ),
    "beyond_rights": ("不能授予您自己没有的权限", "You cannot give rights that you do not have"),
    "session_needed": ("请在浏览器登录后操作，不能用令牌", "This takes a session, not a token"),
    "not_found": ("没有找到", "There is nothing here"),
    "method_not_allowed": ("此地址不支持这种方法", "This address does not know that method"),
    "unsupported_media_type": ("请求体须为 application/json", "The body has to be application/json"),
    "multipart_needed": (
        "请求体须为 multipart/form-data",
        "The body has to be multipart/form-data",
    ),
    "bad_upload": (
        "上传的内容不完整或不是有效的 multipart/form-data",
        "The upload was cut off, or is no valid multipart/form-data",
    ),
    "one_file": ("一次只能上传一个文件，不能有其他字段", "One file at a time, and no other fields"),
    "bad_range": ("文件没有所请求的范围", "The file has nothing in that range"),
    "file_in_use": (
        "文件已属于一条记录，只能通过修改记录移除",
        "The file belongs to a record and can be removed only by changing the record",
    ),
    "too_large": ("请求体超过 {limit} 字节", "The body is larger than {limit} bytes"),
    "invalid": ("提交的内容有误", "Something that was submitted is not right"),
    "conflict": ("与另一处修改冲突，请重试", "Somebody else changed this at the same time: try again"),
    "unique": ("“{fields}”已被占用", "“{fields}” is taken already"),
    "field_read_only": ("不能修改：{fields}", "These cannot be written: {fields}"),
    "stale": (
        "记录已被修改，现为版本 {version}",
        "Somebody changed this since: it is at version {version} now",
    ),
    "referred": ("还有其他记录引用它：{by}", "Other records still refer to it: {by}"),
    "too_expensive": ("这次操作引起的后续太多：{chain}", "This would cause more than one act may: {chain}"),
    "last_admin": ("至少须有一名可用的管理员", "At least one administrator has to stay"),
    "not_active": ("此用户已停用", "This person is not active"),
    "unknown_field": ("没有这个字段", "There is no such field"),
    "costly_query": ("查询太复杂：{limit}", "The query asks for too much: {limit}"),
    "bad_expression": ("表达式有误", "The expression is not right"),
    "gate_closed": ("还不能进入这个阶段", "The record cannot enter this stage yet"),
    "stage_frozen": ("这个阶段暂不接收记录", "This stage takes no more records at the moment"),
    "converted": ("此记录已转换", "This record has been converted already"),
    "duplicate": ("可能已有相同的记录", "There probably is such a record already"),
    "idempotency_mismatch": (
        "此 Idempotency-Key 已用于另一个请求",
        "This Idempotency-Key has been used for another request",
    ),
    "idempotency_running": (
        "同一 Idempotency-Key 的请求正在处理",
        "A request with this Idempotency-Key is being worked on",
    ),
    "bad_precondition": ('If-Match 须为 "<版本>"', 'If-Match has to be "<version>"'),
    "too_many_rows": ("一次最多 {limit} 行", "At most {limit} rows at a time"),
    "bad_idempotency_key": (
        "Idempotency-Key 须为 1 到 200 个可见字符",
        "An Idempotency-Key has 1 to 200 visible characters",
    ),
    "precondition_required": ("请带上 If-Match", "Say with If-Match what you looked at"),
    "draft_stale": (
        "草稿已被他人修改，现为修订 {revision}",
        "Somebody saved the draft; it is at revision {revision}",
    ),
    "database_too_old": (
        "服务器的 SQLite 版本过旧，不能发布这类修改；请管理员安装 pysqlite3 或改用 PostgreSQL",
        "The server's SQLite is too old to publish this: an administrator can install pysqlite3 or use PostgreSQL",
    ),
    "loss_not_accepted": ("发布会丢失数据，须逐项确认", "Publishing would lose data; accept each loss"),
    "app_exists": ("应用“{key}”已存在", "There is an app “{key}” already"),
    "unknown_template": ("没有这个模板", "There is no such template"),
    "not_publishable": ("应用文档有错误", "The document has errors"),
    "bad_patch": ("补丁无法应用：{reason}", "The patch cannot be applied: {reason}"),
    "unsupported_file_type": (
        "文件须以 text/csv 或 XLSX 的类型发送",
        "The file has to be sent as text/csv or as an XLSX workbook",
    ),
    "no_file": ("请求里没有文件", "The request holds no file"),
    "bad_file": (
        "文件无法读取：不是文本或表格",
        "The file cannot be read: it is neither text nor a workbook",
    ),
    "bad_encoding": (
        "文件编码不是 UTF-8、GB18030 或 UTF-16",
        "The file is encoded neither in UTF-8 nor in GB18030 or UTF-16",
    ),
    "bad_csv": ("CSV 第 {row} 行无法读取：{reason}", "Row {row} of the CSV file cannot be read: {reason}"),
    "bad_workbook": ("工作簿已损坏或有密码", "The workbook is damaged or has a password"),
    "too_big_unpacked": (
        "工作簿解压后过大，请另存为 CSV 再导入",
        "The workbook unpacks to too much: save it as CSV and bring that in",
    ),
    "no_header": ("文件里没有表头", "The file has no header row"),
    "no_such_sheet": (
        "没有工作表“{sheet}”，现有：{sheets}",
        "There is no sheet “{sheet}”; there are {sheets}",
    ),
    "too_many_columns": ("最多 {limit} 列", "At most {limit} columns"),
    "atomic_refused": (
        "要求全部成功，但这些行有误：{rows}；没有写入任何数据",
        "All rows or none were asked for, and these are refused: {rows}; nothing was written",
    ),
    "import_state": ("导入任务现在不能这样做", "The import cannot do this in the state it is in"),
    "events_stay": ("只有记录的导入可以撤销", "Only an import of records can be taken back"),
    "run_not_failed": ("只有失败的执行可以重试", "Only a run that failed can be done again"),
    "run_not_waiting": ("只有等待中的执行可以取消", "Only a run that waits can be cancelled"),
    "rule_gone": ("该规则已不存在", "The rule is not there any more"),
    "no_tasks": ("此应用没有待办，无法跟进", "The app keeps no to-dos to follow this up with"),
    "too_many": ("尝试次数过多，请稍后再试", "Too many tries: wait a little"),
    "unavailable": ("数据库暂时不可用", "The database does not answer at the moment"),
    "internal": ("服务器出错，编号 {id}", "Something went wrong here; it is noted under {id}"),
}

#: What a stage misses, by kind; ``{label}`` is what the author calls it.
UNMET: Mapping[str, tuple[str, str]] = {
    "way": ("从当前阶段不能进入“{label}”", "No way leads from here to “{label}”"),
    "role": ("您的角色不能把记录移入“{label}”", "Your roles may not move records to “{label}”"),
    "field": ("须填写“{label}”", "“{label}” has to be filled in"),
    "evidence": ("须上传“{label}”", "“{label}” has to be attached"),
    "action": ("须先完成“{label}”", "“{label}” has to have happened"),
    "person": ("须关联“{label}”", "“{label}” has to be named"),
    "criterion": ("未满足“{label}”", "“{label}” is not met"),
    "capacity": ("“{label}”已满", "“{label}” is full"),
    "frozen": ("“{label}”已冻结，暂不接收记录", "“{label}” is frozen and takes no records"),
}

#: Complaints about one value.
FIELD_ERRORS: Mapping[str, tuple[str, str]] = {
    "required": ("必填", "This is needed"),
    "unknown_field": ("没有这个字段", "There is no such field"),
    "field_gone": ("没有字段“{name}”", "There is no field “{name}”"),
    "no_team": ("您不属于任何团队", "You belong to no team"),
    "wrong_type": ("类型不对", "This is of another type"),
    "bad_value": ("取值无效", "This is no valid value"),
    "too_short": ("至少 {limit} 个字符", "At least {limit} characters"),
    "too_long": ("最多 {limit} 个", "At most {limit}"),
    "out_of_range": ("超出允许范围", "This is outside of what is allowed"),
    "unknown_reference": ("所指的对象不存在", "What this refers to does not exist"),
    "cycle": ("不能移到自己的下级", "It cannot be moved below itself"),
    "too_deep": ("层级超过 {limit}", "More than {limit} levels"),
    "beyond_rights": ("超出您自己的权限：{scope}", "Beyond your own rights: {scope}"),
    "common_password": (
        "密码太常见或包含用户名",
        "This password is among the first that are tried, or holds the name",
    ),
    "wrong_password": ("当前密码不正确", "The current password is not right"),
    "bad_email": ("不是有效的邮箱地址", "This is no mail address"),
    "bad_phone": ("不是有效的电话号码", "This is no telephone number"),
    "bad_url": ("不是有效的网址（http 或 https）", "This is no web address (http or https)"),
    "bad_format": ("格式不对：{pattern}", "This has not the right form: {pattern}"),
    "computed": ("此值由系统计算，不能填写", "The system computes this value"),
    "contains_control": ("含有不可见的控制字符", "This holds control characters"),
    "inactive_option": ("选项“{value}”已停用", "The option “{value}” is no longer in use"),
    "not_an_option": ("“{value}”不是可选项", "“{value}” is none of the options"),
    "no_such_date": ("没有这个日期", "There is no such date"),
    "unknown_form": ("没有表单“{form}”", "There is no form “{form}”"),
    "no_stage": ("请指明阶段字段", "Say which stage field is meant"),
    "no_such_record": ("所指的记录不存在", "There is no such record"),
    "not_optional": ("此项不能省略", "This cannot be left out"),
    "no_such_file": ("没有这个文件", "There is no such file"),
    "file_taken": (
        "此文件已属于另一条记录，请重新上传",
        "This file belongs to another record: upload it again",
    ),
    "wrong_file_type": (
        "文件类型 {type} 不被接受；可用：{accept}",
        "A file of type {type} is not taken here; what is: {accept}",
    ),
    "empty_file": ("文件是空的", "The file is empty"),
    "too_many_pixels": (
        "图片展开后超过 {limit} 百万像素",
        "The picture has more than {limit} million pixels when it is unpacked",
    ),
    "unknown_evidence": ("没有关口要求这项证据", "No gate asks for this evidence"),
    "not_a_uuid": ("不是有效的编号（UUID）", "This is no id"),
    "read_only": ("现在不能修改此字段", "This cannot be changed now"),
    "schema_mismatch": ("结构不对：{place}", "This does not match its schema: {place}"),
    "system_field": ("此字段由系统维护", "The system keeps this field"),
    "too_big": ("最大 {limit}", "At most {limit}"),
    "too_small": ("最小 {limit}", "At least {limit}"),
    "too_many": ("最多 {limit} 个", "At most {limit}"),
    "too_many_digits": ("最多 {limit} 位数字", "At most {limit} digits"),
    "too_precise": ("最多 {limit} 位小数", "At most {limit} digits behind the point"),
    "unknown_target": ("没有可导入的“{name}”", "“{name}” is nothing that can be brought in"),
    "unknown_column": ("文件里没有“{name}”这一列", "The file has no column “{name}”"),
    "nothing_mapped": ("没有一列对应到字段", "No column belongs to a field"),
    "match_not_mapped": ("匹配字段“{name}”没有对应的列", "No column holds the field “{name}” to match by"),
    "not_a_number": ("“{value}”不是数字", "“{value}” is no number"),
    "not_a_date": ("“{value}”不是日期，如 2026-03-05", "“{value}” is no date, such as 2026-03-05"),
    "not_a_boolean": ("“{value}”不是“是”或“否”", "“{value}” is neither yes nor no"),
    "not_a_value": ("规则算出的值不能存入此字段", "What a rule computed is no value of this field"),
    "not_json": ("不是有效的 JSON", "This is no JSON"),
    "unknown_record": ("找不到“{value}”", "There is no “{value}”"),
    "several_records": (
        "“{value}”对应多条记录，请用编号或 ID",
        "Several records are called “{value}”: use a number or id",
    ),
    "cell_error": ("单元格里是公式错误 {value}", "The cell holds the formula error {value}"),
    "too_many_cells": ("单元格比表头多", "The row has more cells than the header"),
    "twice_in_file": ("“{value}”与第 {row} 行重复", "“{value}” stands in row {row} too"),
    "stage_not_last": (
        "阶段“{value}”与最后进入的阶段不一致",
        "The stage “{value}” is not the one that was entered last",
    ),
    "number_as_text": (
        "这一格是数字，开头的 0 可能已丢失：{value}",
        "The cell is a number; zeros at its beginning may be lost: {value}",
    ),
    "twice": ("有重复的值", "A value occurs twice"),
    "unknown_locale": ("没有这种语言，可用：{allowed}", "No such language; there are {allowed}"),
    "no_such_unique": ("没有唯一字段可用于查找", "This field does not tell records apart"),
    "no_such_action": ("不支持的操作", "There is no such operation"),
    "not_sortable": ("不能按此字段排序", "Records cannot be sorted by this field"),
    "not_grouped": ("不能按此字段分组", "Records cannot be grouped by this field"),
    "no_time": ("此指标没有时间", "This metric has no time"),
    "duplicate_word": ("重复出现", "This occurs twice"),
    "bad_number": ("不是可用的数字", "This number cannot be used"),
    "surrogate": ("文本里有残缺的字符", "The text holds half a character"),
    "null_character": ("文本里不能有 U+0000", "The text cannot hold U+0000"),
}


def choose_locale(accept_language: str) -> Locale:
    """The language of a reader who sends this header: the one of both they prefer, else Chinese."""
    best: tuple[float, Locale] = (0.0, "zh-CN")
    for part in accept_language.lower().split(","):
        tag, _, parameter = part.partition(";")
        language = tag.strip().split("-")[0]
        quality = _quality(parameter)
        if language in ("zh", "en") and quality > best[0]:
            best = (quality, "zh-CN" if language == "zh" else "en")
    return best[1]


def _quality(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    try:
        return float(number) if name == "q" else 1.0
    except ValueError:
        return 0.0


def say(texts: Mapping[str, tuple[str, str]], code: str, locale: Locale, params: Mapping[str, str]) -> str:
    """The sentence of a code; what a sentence has no word for is left out of it."""
    zh, en = texts[code]
    return (zh if locale == "zh-CN" else en).format_map(_Words(params))


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
