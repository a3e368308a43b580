"""What the dialogs say, in the language of QGIS: English, or Chinese where there is a text."""

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QLocale

CHINESE = {
    "Ask about a raster": "对栅格提问",
    "Ask within polygons": "在多边形范围内提问",
    "Segment what was clicked": "分割所点的目标",
    "Search an archive": "检索影像库",
    "Set up geomag": "安装 geomag",
    "Raster": "栅格",
    "Question": "问题",
    "Polygons that the question is about": "提问范围（多边形）",
    "Extent that the question is about": "提问范围（矩形）",
    "Search": "搜索方式",
    "Recall (share of the objects to be found)": "召回率（应找到的目标比例）",
    "Model (name or folder)": "模型（名称或文件夹）",
    "Regions": "区域",
    "Region": "区域",
    "Mask": "掩膜",
    "Answer": "回答",
    "Number of regions": "区域数量",
    "Value with its unit": "数值及单位",
    "Point": "点",
    "Classes that may lie there (empty: all)": "可能的类别（留空为全部）",
    "Folder of images, or index": "影像文件夹或索引",
    "What is to be seen": "要找的内容",
    "An image that they should be like": "相似的影像",
    "Footprints that touch this extent": "与此范围相交的影像",
    "Taken on this day or later (2024-05-31)": "不早于此日期（2024-05-31）",
    "Taken before this day": "早于此日期",
    "How many to show": "显示数量",
    "Footprints": "影像范围",
    "Number of images": "影像数量",
    "Delete the environment and make it anew": "删除并重新安装环境",
    "The command": "命令",
}


def say(text):
    """The text in the language that QGIS shows."""
    own = QgsSettings().value("locale/overrideFlag", False, type=bool)
    name = QgsSettings().value("locale/userLocale", "") if own else QLocale().name()
    return CHINESE.get(text, text) if str(name).startswith("zh") else text
