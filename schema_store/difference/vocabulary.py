"""The document's words as people say them: sections, attributes and field types, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

#: Word of the document → (zh-CN, en).
Words = Mapping[str, tuple[str, str]]


def _words(table: str) -> Words:
    """Lines of ``word|Chinese|English``."""
    rows = (line.split("|") for line in table.strip().splitlines())
    return {key: (chinese, english) for key, chinese, english in rows}


#: What the members of a list of elements are called, one of them.
SECTIONS: Words = _words("""
actions|动作|action
bands|等级|band
calculations|计算|calculation
calendars|日历|calendar
conditions|字段条件|field condition
connectors|连接器|connector
conversion|转换|conversion
criteria|准入条件|criterion
dashboards|仪表盘|dashboard
dimensions|维度|dimension
dispatches|分配规则|dispatch
duplicates|查重规则|duplicate rule
entities|实体|entity
evidence|证据|evidence
factors|评分因子|factor
fields|字段|field
forms|表单|form
indexes|索引|index
inputs|输入项|input
inverse|反向关系|inverse
items|表单项|item
lines|计算行|line
messages|消息|message
metrics|指标|metric
milestones|里程碑|milestone
navigation|导航项|menu entry
operations|操作|operation
option_sets|选项集|option set
options|选项|option
otherwise|否则动作|otherwise action
people|人员要求|person requirement
permissions|权限|permission
pipelines|流程|pipeline
pools|公海池|pool
public_forms|公开表单|public form
roles|角色|role
rows|分配行|row
rules|规则|rule
scores|评分|score
signals|信号|signal
slas|时限|SLA
stages|阶段|stage
suggestions|建议标签|suggestion
tables|阶梯表|tier table
targets|转换目标|target
tests|测试|test
then|则动作|then action
tiers|升级层级|tier
transitions|流转|transition
uniques|唯一约束|unique key
validations|校验规则|validation rule
views|视图|view
widgets|图表|widget
""")

#: What the attributes of elements are called.
ATTRIBUTES: Words = _words("""
$schema|架构|schema
accept|可接受的文件|accepted files
action|动作|action
actions|动作|actions
active|启用|active
acts|允许的操作|acts
after|时点|time
amount|金额字段|amount field
assignee|负责人|assignee
audience|通知对象|audience
band_field|等级字段|band field
benefit|收益|benefit
body|正文|body
calendar|日历|calendar
cap|上限|cap
capacity|容量|capacity
catch_up|补执行|catch-up
channel|渠道|channel
chart|图表类型|chart
checklist|清单|checklist
children|子记录|children
claim_roles|可领取的角色|roles that may claim
colour|颜色|colour
columns|列|columns
completion|联想补全|completion
condition|条件|condition
connector|连接器|connector
cool_down|冷却期|cool-down
count|次数|count
country|国家|country
cron|时间表|schedule
currency|币种|currency
daily_quota|每日限额|daily quota
dashboard|仪表盘|dashboard
date|日期|date
days|特殊日期|special days
decision|决策|decision
default|默认值|default
default_expression|默认表达式|default expression
default_locale|默认语言|default locale
descending|降序|descending
description|说明|description
device|设备|device
digits|位数|digits
dimensions|维度|dimensions
direction|方向|direction
dispatch|分配规则|dispatch
due|期限|due time
duration|时长|duration
effect|效果|effect
end|结束|end
entity|实体|entity
event|事件|event
evidence|出示的凭证|evidence shown
exclusive|不含边界|exclusive
expect|期望值|expected values
expected_events|预期事件|expected events
expression|表达式|expression
facts|相关数值|facts
field|字段|field
fields|字段|fields
filter|筛选条件|filter
fiscal_year_start|财年起始月|first month of the fiscal year
format|格式|format
from|来源阶段|from
gaps|断号|gaps
gate|准入门槛|gate
given|给定值|given values
group|分组|group
half_life|半衰期|half-life
height|高度|height
help|帮助|help
hidden|隐藏字段|hidden fields
hosts|主机|hosts
icon|图标|icon
indexed|索引|index
initial|初始阶段|initial stage
inverse|反向关系|inverse
json_schema|结构|JSON schema
keep|连续新建时保留|kept fields
key|键|key
kind|种类|kind
label|名称|label
length|长度|length
limit|数量上限|limit
link|关联字段|link
locales|语言|locales
links|关联|links
lower|下限|lower bound
match|匹配方式|match
maximum|最大值|maximum
measure|度量|measure
message|消息|message
method|方法|method
metric|指标|metric
minimum|最小值|minimum
name|名称|name
name_field|名称字段|name field
name_like|拼音排序|pinyin sort key
normalise|归一化|normaliser
note|备注|note
now|当前时间|moment
offset|偏移|offset
on_delete|删除规则|rule on delete
only|仅可见字段|only readable fields
operation|操作|operation
option_set|选项集|option set
optional|可省略|optional
options|选项|options
outcome|结果|outcome
override_roles|可越过的角色|roles that may override
path|路径|path
pattern|格式|pattern
pause|暂停条件|pause condition
per|乘数|multiplier
phrases|关键词|phrases
plural|复数名称|plural
points|分值|points
pool|公海池|pool
probability|赢率|probability
purpose|用途|purpose
rate|比率|rate
read_only|只读|read-only
reason|原因|reason
recycle|回收条件|recycling condition
region_field|区域字段|region field
required|必填|required
required_fields|必填字段|required fields
response|响应|response
responsible|责任角色|responsible roles
result|结果|result
rights|权利|rights
roles|角色|roles
rows|行|rows
scale|小数位|scale
scope|范围|scope
search_fields|搜索字段|search fields
secrets|密钥|secrets
settings|设置|settings
share_of|占比条件|share condition
skills|技能|skills
sort|排序|sort
source|来源|source
source_field|回填字段|field of the link back
stage|阶段|stage
start|开始|start
stop|停止条件|stop condition
strategy|策略|strategy
subject|主题|subject
tab|标签页|tab
tags|标签|tags
target|目标|target
tasks|待办|to-dos
teams|团队|teams
text|文字|text
thanks|致谢语|thanks
threshold|阈值|threshold
time|时间字段|time field
time_field|时间字段|time field
title|标题|title
to|目标阶段|to
tone|语气|tone
topic|主题|topic
trigger|触发器|trigger
type|类型|type
unique|唯一|unique
unit|单位|unit
value|取值|value
values|值|values
view|视图|view
visible|可见条件|visibility
warning|预警|warning
watermark|照片水印|watermark
week|工作周|week
weekday|星期|weekday
when|适用条件|condition
width|宽度|width
windows|时段|windows
with_save|随保存执行|run with the save
within|时间窗|window
zone|时区|zone
autocomplete|浏览器填写|autocomplete
""")

#: What the field types are called.
FIELD_TYPE_WORDS: Words = _words("""
text|单行文本|text
long_text|多行文本|long text
integer|整数|whole number
decimal|小数|decimal
money|金额|money
percent|百分比|percent
boolean|是否|yes or no
date|日期|date
instant|时间|instant
option|单选|option
options|多选|options
stage|阶段|stage
reference|关联|reference
links|多重关联|links
user|人员|user
team|团队|team
region|区域|region
phone|电话|phone
email|邮箱|e-mail
url|网址|web address
file|文件|file
files|多个文件|files
image|图片|image
images|多张图片|images
code|编号|code
formula|公式|formula
rollup|汇总|roll-up
score|评分|score
tags|标签|tags
translated_text|多语言文本|translated text
json|结构化数据|JSON
""")
