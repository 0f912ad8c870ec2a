"""Title, number, issuer, date, years and types, each from its own place only."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from ingest.cue import title_types
from ingest.lines import Block, Reading
from ingest.metadata import Metadata, read_metadata
from ingest.structure import build_structure

_BODY = (
    "根据东教发〔2030〕5号文件和2030年3月1日会议的要求，"
    "各会员单位要认真做好这项工作，按时报送材料。"
)


def _read(*texts: str | Block, title: str | None = None, date: str | None = None) -> Metadata:
    blocks = tuple(text if isinstance(text, Block) else Block(text) for text in texts)
    reading = Reading("txt", blocks, title=title, date=date)
    return read_metadata(build_structure(reading), reading)


def test_a_red_head_notice_gives_every_field() -> None:
    metadata = _read(
        "东 岭 省 后 勤 协 会",
        "东后协〔2031〕 7 号",
        "东岭省后勤协会安全委员会关于开展",
        "食堂安全检查的通知",
        "各会员单位：",
        _BODY,
        "东岭省后勤协会安全委员会",
        "2031 年 6 月 25 日",
    )
    assert replace(metadata, evidence=()) == Metadata(
        title="东岭省后勤协会安全委员会关于开展食堂安全检查的通知",
        number="东后协〔2031〕7号",
        letterhead="东岭省后勤协会",
        issuer="东岭省后勤协会安全委员会",
        date="2031-06-25",
        years=(2031,),
        types=("通知",),
        addressees="各会员单位",
    )
    lines = {evidence.field: evidence.line for evidence in metadata.evidence}
    assert lines["date"] == "2031 年 6 月 25 日" and lines["number"] == "东后协〔2031〕 7 号"
    assert lines["title"] == "东岭省后勤协会安全委员会关于开展\n食堂安全检查的通知"
    assert all(0.9 < e.confidence < 1 for e in metadata.evidence if e.field != "years")


def test_every_known_field_has_its_evidence_and_no_other() -> None:
    metadata = _read("东岭省后勤协会", "2030年工作总结和2031年工作要点", _BODY)
    known = {field.name for field in fields(metadata) if getattr(metadata, field.name)}
    assert {evidence.field for evidence in metadata.evidence} == known - {"evidence", "warnings"}


def test_what_the_text_cites_is_not_the_documents_own() -> None:
    metadata = _read("关于报送材料的通知", _BODY, _BODY)
    assert (metadata.number, metadata.date, metadata.issuer) == (None, None, None)


def test_a_summary_without_a_date_keeps_its_years() -> None:
    metadata = _read("东岭省后勤协会", "2030年工作总结和2031年工作要点", _BODY)
    assert metadata.title == "东岭省后勤协会2030年工作总结和2031年工作要点"
    assert (metadata.years, metadata.types) == ((2030, 2031), ("总结", "要点"))
    assert (metadata.issuer, metadata.date) == ("东岭省后勤协会", None)


@pytest.mark.parametrize(("size", "sure"), [(20.1, 0.99), (18.0, 0.99), (18.0, None)])
def test_lines_of_a_title_may_differ_in_size(size: float, sure: float | None) -> None:
    sizes = {"关于召开东岭省后勤协会": size, "2031年年会的通知": 22.0, "各会员单位：": 16.0}
    lines = [
        Block(text, size=points, centred=points > 16.0, confidence=sure)
        for text, points in sizes.items()
    ]
    assert _read(*lines, Block(_BODY, size=16.0)).title == "关于召开东岭省后勤协会2031年年会的通知"


def _scanned(title: str, *lines: tuple[str, float]) -> Metadata:
    front = Block(title, size=22.0, centred=True, confidence=0.99)
    body = Block(_BODY, size=16.0, confidence=0.99)
    return _read(front, body, *(Block(text, size=16.0, confidence=sure) for text, sure in lines))


def test_what_is_hardly_read_is_said_by_another_line_or_is_not_sure() -> None:
    signed = ("东岭省后勒协会", 0.7), ("2031年6月25日", 0.99)
    named = _scanned("东岭省后勤协会2030年工作总结", *signed)
    assert (named.issuer, named.date) == ("东岭省后勤协会", "2031-06-25")
    alone = _scanned("关于召开年会的通知", *signed)
    sure = {evidence.field: evidence.confidence for evidence in alone.evidence}
    assert (alone.issuer, sure["issuer"], sure["date"]) == ("东岭省后勒协会", 0.5, 0.95)
    dated = _scanned("关于召开年会的通知", signed[0], ("2031年6月26日", 0.8))
    assert {e.confidence for e in dated.evidence if e.field in {"issuer", "date"}} == {0.5}


def test_a_web_page_gives_its_own_title_and_date() -> None:
    metadata = _read("宿舍管理心得体会", _BODY, title="宿舍管理心得体会", date="2031-05-06")
    assert (metadata.title, metadata.date) == ("宿舍管理心得体会", "2031-05-06")
    assert metadata.types == ("心得体会",)


def test_news_is_told_by_its_first_sentence() -> None:
    metadata = _read(
        "6月3日上午，东岭大学后勤保障部在报告厅召开安全工作会议，全体班组长参加。" * 2, _BODY
    )
    assert (metadata.title, metadata.date) == (None, None)
    assert metadata.types == ("新闻",)
    assert metadata.issuer == "东岭大学后勤保障部"


def test_a_regulation_is_dated_by_its_adoption() -> None:
    metadata = _read(
        "东岭协会章程", "（2031年3月2日第二次会员大会通过）", "第一条 本会名称为东岭协会。"
    )
    assert (metadata.date, metadata.types) == ("2031-03-02", ("章程",))
    assert metadata.issuer == "东岭协会"


@pytest.mark.parametrize("seal", ["（章）", "（盖章）", "(公章)"])
def test_the_place_of_a_seal_is_not_part_of_the_issuer(seal: str) -> None:
    metadata = _read("关于报送材料的通知", _BODY, f"东岭省后勤协会{seal}", "2031年6月25日")
    assert metadata.issuer == "东岭省后勤协会"


def test_a_body_named_by_its_session_gives_way_to_a_whole_name() -> None:
    signed = (_BODY, "第六届理事会", "2031年6月25日")
    assert _read("东岭省后勤协会2030年工作总结", *signed).issuer == "东岭省后勤协会"
    assert _read("关于报送材料的通知", *signed).issuer == "第六届理事会"


@pytest.mark.parametrize(
    "title",
    [
        "关于调整江岚省后勤协会秘书处办公地址的函",
        "关于成立节能专业委员会的决定",
        "学习江岚省后勤协会章程心得体会",
        "会员信息和网站发布管理规定",
    ],
)
def test_who_a_title_is_about_does_not_issue_it(title: str) -> None:
    assert _read(title, _BODY).issuer is None
    assert _read(title, _BODY, "江岚省后勤协会", "2031年6月25日").issuer == "江岚省后勤协会"


def test_a_session_in_the_title_gives_way_to_the_letterhead() -> None:
    lines = (
        "江岚省后勤协会会议纪要",
        "〔2031〕3号",
        "第六届理事会第三次会议纪要",
        "会议议定如下。",
    )
    assert _read(*lines).issuer == "江岚省后勤协会"
    assert _read(*lines[2:]).issuer == "第六届理事会"


def test_who_publishes_by_a_notice_issues_it() -> None:
    assert _read("江岚省后勤协会公布2031年会费标准的通知", _BODY).issuer == "江岚省后勤协会"


def test_a_roster_without_sentences_is_signed_too() -> None:
    metadata = _read(
        "关于公布值班表的通知",
        "值班电话见附表：",
        "地址：东岭路1号",
        "东岭协会秘书处",
        "2031年6月25日",
    )
    assert (metadata.issuer, metadata.date) == ("东岭协会秘书处", "2031-06-25")


def test_the_unit_of_news_ends_before_what_it_does() -> None:
    metadata = _read(
        "6月3日，由东岭省后勤协会主办的全省厨艺大赛在泊阳市举行，二十支队伍参加。" * 2, _BODY
    )
    assert metadata.issuer == "东岭省后勤协会"


def test_a_signature_may_lack_its_date() -> None:
    metadata = _read("关于报送材料的通知", _BODY, "东岭省后勤协会秘书处")
    assert (metadata.issuer, metadata.date) == ("东岭省后勤协会秘书处", None)
    listed = _read("关于表彰先进单位的决定", "下列单位获得表彰：", "岭南大学", "东岭大学")
    assert listed.issuer is None


def test_the_day_of_printing_is_not_the_date() -> None:
    metadata = _read("关于停水的通知", _BODY, "东岭协会秘书处 2031年6月25日印发")
    assert metadata.date is None


def test_a_title_glued_to_its_addressee_is_parted() -> None:
    metadata = _read("东岭协会关于开展检查有关事宜的通知各高校后勤处，各有关单位：", _BODY)
    assert metadata.title == "东岭协会关于开展检查有关事宜的通知"


def test_a_running_head_names_what_a_picture_cover_hides() -> None:
    from index.model import Dropped

    reading = Reading(
        "pdf",
        (Block("前 言", centred=True), Block(_BODY)),
        dropped=(Dropped("东岭大学2031学生手册", "running_head"),),
    )
    assert read_metadata(build_structure(reading), reading).title == "东岭大学2031学生手册"


@pytest.mark.parametrize(
    ("signature", "issuer"),
    [
        ("岭监会", "东岭银行 东岭省监督管理委员会"),
        ("东岭银行", "东岭银行"),
        ("东岭省安全委员会", "东岭省安全委员会"),
    ],
)
def test_a_short_form_is_called_by_the_name_in_the_title(signature: str, issuer: str) -> None:
    title = "东岭银行 东岭省监督管理委员会公告"
    assert _read(title, _BODY, signature, "2031年6月25日").issuer == issuer


def test_a_cover_may_stand_in_a_table() -> None:
    metadata = _read(
        Block("东岭工作室会议记录", bold=True, kind="row"),
        Block("运维组 苏明远 2031年6月25日", kind="row"),
        Block("一、上周工作"),
        Block(_BODY),
    )
    assert (metadata.title, metadata.date) == ("东岭工作室会议记录", "2031-06-25")


@pytest.mark.parametrize(
    ("line", "addressees"),
    [
        ("各会员单位、各片区：", "各会员单位、各片区"),
        ("东岭大学，岭南学院:", "东岭大学，岭南学院"),
        ("主送：省教育厅", "省教育厅"),
        ("各单位应当报送的材料包括：", None),
        ("现将有关事项通知如下：", None),
        ("一、各单位：", None),
        ("各会员单位要认真准备。", None),
    ],
)
def test_addressees_are_a_line_that_ends_in_a_colon(line: str, addressees: str | None) -> None:
    assert _read("关于报送材料的通知", line, _BODY, _BODY).addressees == addressees


def test_copies_and_printing_stand_below_and_are_not_the_date() -> None:
    metadata = _read(
        "关于停水的通知",
        _BODY,
        "东岭协会",
        "2031年6月25日",
        "抄送：省教育厅，各理事单位。",
        "东岭协会秘书处 2031年6月26日印发",
    )
    assert metadata.copies == "省教育厅，各理事单位"
    assert metadata.printed == "东岭协会秘书处 2031年6月26日"
    assert (metadata.date, metadata.warnings) == ("2031-06-25", ())


@pytest.mark.parametrize(
    ("lines", "warnings"),
    [
        (("通知", _BODY), ("title_is_type_only",)),
        (("东后协发第5号", "关于停水的通知", _BODY), ("number_without_year",)),
        (
            ("东后协〔2029〕7号", "关于停水的通知", _BODY, "东岭协会", "2031年6月25日"),
            ("dates_disagree",),
        ),
        (
            ("关于停水的通知", _BODY, "东岭协会", "2031年6月25日", "秘书处 2031年6月2日印发"),
            ("dates_disagree",),
        ),
        (("东后协〔2030〕7号", "关于停水的通知", _BODY, "东岭协会", "2031年1月5日"), ()),
        (("关于停水的通知", _BODY), ()),
    ],
)
def test_what_is_doubtful_is_said(lines: tuple[str, ...], warnings: tuple[str, ...]) -> None:
    metadata = _read(*lines)
    assert metadata.warnings == warnings


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("东岭协会2030年工作总结和2031年工作要点", "2030/2031"),
        ("东岭协会2030年度工作报告", "2030/2030"),
        ("二〇三〇年工作总结", "2030/2030"),
        ("2031年上半年工作总结", "2031-01/2031-06"),
        ("2031年下半年安全检查情况的通报", "2031-07/2031-12"),
        ("2031年第三季度简报", "2031-07/2031-09"),
        ("2031年1月至6月会费收缴情况", "2031-01/2031-06"),
        ("2030年9月—2031年7月食堂巡查记录", "2030-09/2031-07"),
        ("2031年9-3月巡查记录", None),
        ("2031年1-13月巡查记录", None),
        ("东岭协会2026—2030年发展规划", "2026/2030"),
        ("2030-2031学年工作计划", "2030/2031"),
        ("关于召开2031年年会的通知", None),
        ("东岭协会章程", None),
    ],
)
def test_the_period_is_what_the_title_says(title: str, period: str | None) -> None:
    assert _read(title, _BODY, _BODY).period == period


@pytest.mark.parametrize(
    ("title", "types"),
    [
        ("东岭协会会费管理办法（试行）", ("办法",)),
        ("关于印发《东岭协会章程》的通知", ("通知",)),
        ("第三次理事会会议纪要", ("纪要",)),
        ("考勤规定", ("规定",)),
        ("教学方法", ()),
        ("喜报", ()),
        ("采购与验收规范", ("规范",)),
        ("会议记录", ("纪要",)),
        ("關於開會的通知", ("通知",)),
    ],
)
def test_types_come_from_the_end_of_the_title(title: str, types: tuple[str, ...]) -> None:
    assert title_types(title) == types


_PROSE = "为支持冷链运输发展，现将有关事项公告如下，请各单位遵照执行。"


@pytest.mark.parametrize(
    ("lines", "title", "number"),
    [
        (("东岭省邮政局公告", "2031年 第6号"), "东岭省邮政局公告", "〔2031〕第6号"),
        (("东岭省邮政局公告", "（2031年第6号）"), "东岭省邮政局公告", "〔2031〕第6号"),
        (("东岭省邮政局公告2031年第6号",), "东岭省邮政局公告", "〔2031〕第6号"),
        (
            ("关于优惠政策的公告", "财政厅 邮政局公告2031年第7号"),
            "关于优惠政策的公告",
            "〔2031〕第7号",
        ),
        (
            ("关于优惠政策的公告", "（邮政局公告2031年第7号）"),
            "关于优惠政策的公告",
            "〔2031〕第7号",
        ),
        (("关于优惠政策的公告", "依据邮政局公告2031年第7号"), "关于优惠政策的公告", None),
        (("关于优惠政策的通知", "2031年第6号"), "关于优惠政策的通知", None),
    ],
)
def test_announcements_are_numbered_by_year_alone(
    lines: tuple[str, ...], title: str, number: str | None
) -> None:
    found = _read(*lines, _PROSE)
    assert (found.title, found.number) == (title, number)


def test_the_body_that_numbers_an_announcement_issues_it() -> None:
    found = _read("关于优惠政策的公告", "财政厅 邮政局公告2031年第7号", _PROSE)
    assert found.issuer == "财政厅 邮政局"


@pytest.mark.parametrize("officer", [("局长：苏明远",), ("局 长 苏明远", "署长 柳青禾"), ()])
def test_an_order_is_dated_where_its_officer_signs(officer: tuple[str, ...]) -> None:
    order = ("东岭省邮政局令", "〔2031〕第3号", "《东岭省快递管理办法》已经审议通过，现予公布。")
    rules = (
        "东岭省快递管理办法",
        "第一条 为了规范快递，制定本办法。",
        "第二条 本办法自公布之日施行。",
    )
    found = _read(*order, *officer, "2031年2月21日", *rules)
    assert (found.date, found.issuer) == ("2031-02-21", "东岭省邮政局")


@pytest.mark.parametrize(
    ("title", "line", "date"),
    [
        ("第六次例会会议纪要", "时    间：2031年11月17日（周五）19:00—20:30", "2031-11-17"),
        ("安排讨论会会议记录", "会议时间：2031年11月17日14:00", "2031-11-17"),
        ("安排讨论会会议记录", "会议时间 | 2031.11.04 14:00-15:20 | 地点 | 101室", "2031-11-04"),
        ("第一季度工作计划", "编制部门：研发中心   编制日期：2031/1/3", "2031-01-03"),
        ("委托开发合同", "签订日期：2031年4月12日", "2031-04-12"),
        ("答记者问", "2031-02-28 18:30:05 来源：沟通交流", "2031-02-28"),
        ("关于召开年会的通知", "会议时间：2031年11月17日14:00", None),
        ("关于会费的通知", "签订时间：2031年11月17日前", None),
        ("安排讨论会会议记录", "下次会议时间：2031年11月17日", None),
    ],
)
def test_a_date_may_stand_behind_a_label(title: str, line: str, date: str | None) -> None:
    row = Block(line, kind="row", cells=tuple(line.split(" | "))) if "|" in line else line
    assert _read(title, row, "会议讨论了有关工作，并作了安排。").date == date


def test_the_record_above_a_government_page_states_its_fields() -> None:
    record = (
        "发文机关： | 东岭市人民政府办公室 | 成文日期： | 2031年06月12日",
        "发文字号： | 岭政办发〔2031〕18号 | 发布日期： | 2031年06月20日",
    )
    rows = [Block(line, kind="row", cells=tuple(line.split(" | "))) for line in record]
    found = _read(*rows, "关于印发城市供水应急预案的通知", "各区人民政府：", _PROSE)
    assert found.title == "关于印发城市供水应急预案的通知"
    assert (found.number, found.date) == ("岭政办发〔2031〕18号", "2031-06-12")
    assert found.issuer == "东岭市人民政府办公室"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            ("关于做好特色服务", "受理工作有关问题的", "通 知"),
            "关于做好特色服务受理工作有关问题的通知",
        ),
        (("关于做好特色服务工作的通　知",), "关于做好特色服务工作的通知"),
        (("大学生创业训练项目", "申 报 书"), "大学生创业训练项目申报书"),
        (("第九届“海岳杯”设计竞赛", "章　程"), "第九届“海岳杯”设计竞赛章程"),
    ],
)
def test_a_kind_set_wide_closes_the_title(lines: tuple[str, ...], title: str) -> None:
    assert _read(*lines, _PROSE).title == title


def test_the_cells_of_a_dumped_table_are_no_fields() -> None:
    names = ("当事人名称（姓名）", "处罚决定书文号", "违法行为类型", "备注")
    cells = ("1", "某支付公司", "岭罚字〔2031〕31号", "违反规定", "东岭省邮政局", "2031年7月6日")
    for head in (("序号", *names), names[1:]):
        found = _read("东岭省邮政局行政处罚信息公示表", *head, *cells)
        assert found.title == "东岭省邮政局行政处罚信息公示表"
        assert (found.number, found.date, found.issuer) == (None, None, "东岭省邮政局")


@pytest.mark.parametrize(
    ("lines", "issuer"),
    [
        (
            ("第九届全国大学生设计竞赛章程", "全国设计竞赛组织委员会", "2031年4月"),
            "全国设计竞赛组织委员会",
        ),
        (("项目申报书", "东岭大学教务处  制", "2031年3月"), "东岭大学教务处"),
        (("东岭学院研究生会第六次例会会议纪要", _PROSE), "东岭学院研究生会"),
        (("东岭银行江岚省分行行政处罚公示表", _PROSE), "东岭银行江岚省分行"),
    ],
)
def test_whose_paper_a_cover_names(lines: tuple[str, ...], issuer: str) -> None:
    assert _read(*lines).issuer == issuer


def test_the_sample_of_a_page_in_an_annex_dates_nothing() -> None:
    sample = ("附录A　封面样式", "分类号： 学号：", "硕士学位论文", "论文题目", "二〇三一年五月")
    found = _read("学位论文格式规范", "（2030年9月修订）", _PROSE, *sample)
    assert found.date == "2030-09"


@pytest.mark.parametrize("title", ["基金会管理条例", "某工贸公司诉某县人民政府行政处罚案"])
def test_a_kind_of_body_or_a_party_issues_nothing(title: str) -> None:
    assert _read(title, _PROSE).issuer is None


def test_addressees_may_be_parted_by_semicolons() -> None:
    assert (
        _read("关于检查的通知", "各中心支行；各会员单位：", _PROSE).addressees
        == "各中心支行；各会员单位"
    )


def test_a_short_name_on_the_own_web_site_is_the_whole_one() -> None:
    news = ("近日，省书画协会赴青溪县开展送春联下乡活动，为群众书写春联三百余副，受到欢迎。",)
    blocks = tuple(Block(line) for line in news)
    for publisher, issuer in (("江岚省书画协会", "江岚省书画协会"), ("岚江日报", "省书画协会")):
        reading = Reading("html", blocks, title="省书画协会送春联下乡", publisher=publisher)
        assert read_metadata(build_structure(reading), reading).issuer == issuer


def test_a_date_above_the_note_of_release_is_the_documents() -> None:
    lines = ("关于检查的通知", _PROSE, "2031年6月12日", "（此件公开发布）", "相关解读", "首页")
    assert _read(*lines).date == "2031-06-12"


@pytest.mark.parametrize(
    ("name", "issuer"),
    [
        ("清水实验幼儿园", "清水实验幼儿园"),
        ("东岭市残联", "东岭市残联"),
        ("船舶修理车间", "船舶修理车间"),  # no known ending: its place alone tells
        ("苏明远", None),
        ("特此公告", None),
        ("（此页无正文）", None),
        ("联系电话见附件", None),
    ],
)
def test_who_signs_is_told_by_words_or_place(name: str, issuer: str | None) -> None:
    lines = ("关于检查的通知", _PROSE, "特此通知。", name, "2031年9月1日")
    if name == "联系电话见附件":
        lines = ("关于检查的通知", _PROSE, "一、安排", name, "2031年9月1日")
    assert _read(*lines).issuer == issuer


def test_a_cover_in_large_type_is_dated() -> None:
    cover = [
        Block("城市绿化管理规范", size=26.0, bold=True, centred=True),
        Block("东岭市规划设计研究院", size=16.0, centred=True),
        Block("二〇三〇年十二月", size=16.0, centred=True),
    ]
    body = [Block(_PROSE, size=12.0), Block("一、总体要求", size=12.0), Block(_PROSE, size=12.0)]
    found = _read(*cover, *body)
    assert (found.date, found.issuer) == ("2030-12", "东岭市规划设计研究院")


@pytest.mark.parametrize(
    "lines",
    [
        ("——2031年11月26日在东岭市书法家协会会员代表大会上", "苏明远"),
        ("（2031年11月26日在东岭市书法家协会会员代表大会上）", "苏明远"),
        ("——在东岭市书法家协会会员代表大会上", "（2031年11月26日）", "会长 苏明远"),
    ],
)
def test_a_report_is_dated_by_its_subtitle(lines: tuple[str, ...]) -> None:
    found = _read("第四届理事会工作报告", *lines, "各位代表：", _PROSE)
    assert (found.title, found.date) == ("第四届理事会工作报告", "2031-11-26")


def test_a_bulletin_is_dated_under_its_masthead() -> None:
    lines = (
        "行业信息简报",
        "第7期（总第203期）",
        "东岭省茶叶协会秘书处编    2031年7月30日",
        _PROSE,
    )
    found = _read(*lines, _PROSE)
    assert (found.date, found.issuer) == ("2031-07-30", "东岭省茶叶协会秘书处")


@pytest.mark.parametrize("lines", [("东岭海关令", "第251号"), ("东岭海关令第251号",)])
def test_an_order_may_be_numbered_without_a_year(lines: tuple[str, ...]) -> None:
    found = _read(*lines, _PROSE)
    assert (found.title, found.number) == ("东岭海关令", "第251号")
    assert "number_without_year" in found.warnings
    assert _read("关于第251号议案的报告", _PROSE).number is None


@pytest.mark.parametrize(
    ("lines", "date"),
    [
        (("2031年3月25日            2031年3月25日",), "2031-03-25"),
        (
            ("甲方（盖章）：", "日期：2031年3月25日", "乙方（盖章）：", "日期：2031年3月25日"),
            "2031-03-25",
        ),
        (("2031年3月25日            2031年3月26日",), None),
        (("苏明远            2031年3月25日",), None),
    ],
)
def test_a_contract_is_dated_where_both_sign(lines: tuple[str, ...], date: str | None) -> None:
    assert _read("校企合作协议书", "甲方：东岭大学", _PROSE, *lines).date == date


def test_minutes_of_two_meetings_have_no_day() -> None:
    lines = ("时间：2031年10月9日", _PROSE, "时间：2031年10月23日", _PROSE)
    assert _read("理事会会议纪要", *lines).date is None


def test_blanks_around_marks_are_no_part_of_a_title() -> None:
    assert _read("关于印发 《 年休假办法 》 的通知", _PROSE).title == "关于印发《年休假办法》的通知"


def test_an_adoption_tells_the_day_and_the_body_not_the_day_it_takes_effect() -> None:
    note = "（2031年3月16日东岭省邮政局令第67号公布 自2031年6月1日起施行）"
    found = _read("快递产品管理办法", note, "第一条 为了规范快递，制定本办法。")
    assert (found.date, found.issuer) == ("2031-03-16", "东岭省邮政局")


def test_a_numbered_heading_is_no_title() -> None:
    blocks = [Block("计算机网络实验报告撰写说明", outline=0), Block("1 基本要求", outline=1)]
    assert _read(*blocks, Block(_PROSE), Block("2 报告内容", outline=1)).title == blocks[0].text


def test_a_note_beside_the_title_does_not_end_the_cover() -> None:
    cover = [
        Block("政务数据共享技术规范", size=26.0, centred=True),
        Block("（征求意见稿）", size=18.0, centred=True),
        Block("东岭市大数据管理局", size=16.0, centred=True),
        Block("2031年9月", size=16.0, centred=True),
    ]
    found = _read(*cover, Block(_PROSE, size=12.0), Block(_PROSE, size=12.0))
    assert (found.date, found.issuer) == ("2031-09", "东岭市大数据管理局")


def test_the_source_named_in_a_dump_issues_what_nobody_signs() -> None:
    info = "发布时间：2031-04-12 09:35  来源：东岭市税务局  字号：[大] [中] [小]"
    found = _read("个人所得税汇算清缴热点问答", info, _PROSE)
    assert (found.date, found.issuer) == ("2031-04-12", "东岭市税务局")


def test_a_case_ends_its_title_before_the_note_of_adoption() -> None:
    lines = ("李国强诉东岭财产保险公司", "交通事故责任纠纷案")
    note = "（东岭省法院审判委员会讨论通过 2031年1月26日发布）"
    found = _read(*lines, note, "关键词 民事 交通事故", "裁判要点", _PROSE)
    assert (found.title, found.date) == ("".join(lines), "2031-01-26")
